// The page of a list that a request asks for; its answer is aws::ListJson.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "server/aws/json_list.h"
#include "server/aws/page.h"
#include "server/lambda/lambda_call.h"

namespace pawl::lambda {

// Reads MaxItems (1 to 50: AWS gives no more, whatever is asked for) and Marker. `bound_to`: see
// aws::Page::List. Errors: reason InvalidParameterValue.
Result<aws::Page> PageOf(const LambdaCall& call, std::string bound_to);

// What aws::ListJson calls the token here.
inline constexpr std::string_view kNextMarker = "NextMarker";

}  // namespace pawl::lambda
