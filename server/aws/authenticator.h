// Authenticator: who sends a request of the AWS APIs, and what they may touch. Every request passes
// it before anything else of it is looked at: signatures are verified here and nowhere else.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "engine/platform/clock.h"
#include "server/http/http_message.h"

namespace pawl::aws {

struct ApiCaller {
  // All that the request may read and change.
  NamespaceId namespace_id = {};
};

// Secret access keys by the IDs of their access keys.
using AccessKeys = std::map<std::string, std::string, std::less<>>;

// Threads: safe from any thread.
class Authenticator {
 public:
  // Without keys any signature, and none, is accepted: whoever reaches the server is welcome, so it
  // must listen on loopback only. `clock` outlives it.
  Authenticator(AccessKeys keys, platform::Clock& clock) : keys_(std::move(keys)), clock_(clock) {}

  // `service` is what AWS signs requests of the API for: "states", "lambda". Any region counts: it
  // is part of the signature, and a server has one alone. Errors: those of sigv4::Verifier, with
  // AWS's names as reasons. A body in signed chunks is put together in the request.
  Result<ApiCaller> Identify(http::HttpRequest& request, std::string_view service) const;

 private:
  const AccessKeys keys_;
  platform::Clock& clock_;
};

}  // namespace pawl::aws
