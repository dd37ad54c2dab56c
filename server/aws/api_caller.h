// Who sends a request of the AWS API, and what they may touch. Every request passes IdentifyCaller
// before anything else of it is looked at: signatures will be verified here and nowhere else.
#pragma once

#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "server/http/http_message.h"

namespace pawl::aws {

struct ApiCaller {
  // All that the request may read and change.
  NamespaceId namespace_id = {};
};

// Without access keys any signature, and none, is accepted: whoever reaches the server is welcome,
// which is why it listens on loopback only.
inline Result<ApiCaller> IdentifyCaller(const http::HttpRequest& /*request*/) {
  return ApiCaller{};
}

}  // namespace pawl::aws
