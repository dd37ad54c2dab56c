// What the catalogue of deployed functions needs of the engine, and what becomes of its changes.
#include <optional>
#include <string>
#include <utility>

#include "engine/runtime/engine_impl.h"

namespace pawl::runtime {

FunctionCatalogSeams EngineImpl::FunctionSeams() {
  return {.now = [this] { return clock_->Now(); },
          .check_disk =
              [this](std::uint64_t bytes) {
                Status room = CheckDisk(bytes);
                if (room.code() != StatusCode::kResourceExhausted) return room;
                return std::move(room).WithReason("CodeStorageExceeded");
              },
          .announced =
              [this](NamespaceId namespace_id) { return matcher_->KnownFunctions(namespace_id); },
          .changed =
              [this](NamespaceId namespace_id,
                     const std::string& name,
                     std::optional<FunctionRoutes> routes) {
                matcher_->SetFunction(namespace_id, name, std::move(routes), clock_->Now());
              }};
}

}  // namespace pawl::runtime
