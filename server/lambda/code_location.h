// Where the code of a function can be fetched from: a URL of this server, good for ten minutes, as
// AWS Lambda's presigned URLs are.
#pragma once

#include <string>
#include <string_view>

#include "engine/runtime/engine.h"
#include "server/http/http_message.h"
#include "server/lambda/lambda_call.h"
#include "server/lambda/uri_template.h"

namespace pawl::lambda {

// "http://127.0.0.1:8083/2015-03-31/code/TOKEN". The token is sealed: it names the code and says
// until when it counts.
std::string CodeLocation(const LambdaCall& call, const FunctionInfo& function);

// Whether a request is for such a URL.
bool IsCodeTarget(std::string_view method, const Target& target);

// The archive, or why it cannot be had: AccessDeniedException for a token that is none or whose
// time is over, ResourceNotFoundException for code that no function has any more.
http::HttpResponse ServeCode(const LambdaContext& context, const Target& target);

}  // namespace pawl::lambda
