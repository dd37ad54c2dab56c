#include "server/caller.h"

#include <fmt/format.h>

namespace pawl::server {

Result<Caller> IdentifyCaller(const grpc::ServerContextBase& /*context*/,
                              std::string_view namespace_name) {
  if (namespace_name.empty() || namespace_name == "default") return Caller{};
  return Status(StatusCode::kNotFound,
                fmt::format("namespace '{}' does not exist; the only one is 'default'",
                            namespace_name.substr(0, 80)),
                "namespace");
}

}  // namespace pawl::server
