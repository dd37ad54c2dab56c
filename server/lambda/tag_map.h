// Tags as AWS Lambda has them: an object of texts.
#pragma once

#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/json/value.h"
#include "engine/runtime/tags.h"
#include "server/lambda/lambda_call.h"

namespace pawl::lambda {

// `map` was checked against its shape; null: none.
std::vector<Tag> TagsIn(json::Value map);

// The tags of a function as a JSON object; empty if it has none.
Result<std::string> TagsJson(const LambdaCall& call, const FunctionName& name);

}  // namespace pawl::lambda
