// The members of a request, wherever AWS's REST protocol puts them, as one JSON object that its
// operation's shape can be held against.
#pragma once

#include "engine/base/status.h"
#include "engine/json/arena.h"
#include "engine/json/value.h"
#include "server/http/http_message.h"
#include "server/lambda/operations.h"
#include "server/lambda/uri_template.h"

namespace pawl::lambda {

// The value points into `request`, `found`, `target` and `arena`. Errors: reason
// SerializationException (the body is no JSON object, a parameter is not UTF-8).
Result<json::Value> InputOf(const http::HttpRequest& request,
                            const FoundOperation& found,
                            const Target& target,
                            json::Arena& arena);

}  // namespace pawl::lambda
