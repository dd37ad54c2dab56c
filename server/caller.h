// Who is calling, and what they may touch. Every handler goes through IdentifyCaller before it
// looks at anything else of the request: identities and tenants will be decided here and nowhere
// else.
#pragma once

#include <grpcpp/server_context.h>

#include <string_view>

#include "engine/base/ids.h"
#include "engine/base/status.h"

namespace pawl::server {

struct Caller {
  // All that the call may read and change.
  NamespaceId namespace_id;
};

// Now everybody who reaches the server is welcome, which is why it listens on loopback only. There
// is one namespace, "default" or ""; NotFound (field "namespace") for any other.
Result<Caller> IdentifyCaller(const grpc::ServerContextBase& context,
                              std::string_view namespace_name);

}  // namespace pawl::server
