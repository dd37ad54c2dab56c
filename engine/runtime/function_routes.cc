#include "engine/runtime/function_routes.h"

#include "engine/asl/state_machine.h"
#include "engine/runtime/function_rules.h"

namespace pawl::runtime {

std::optional<std::uint64_t> RouteOf(const FunctionRoutes& routes,
                                     std::string_view qualifier,
                                     std::uint64_t draw) {
  if (qualifier.empty()) return std::uint64_t{0};
  if (const auto version = VersionNumber(qualifier)) {
    if (!routes.versions.contains(*version)) return std::nullopt;
    return version;
  }
  const auto alias = routes.aliases.find(std::string(qualifier));
  if (alias == routes.aliases.end()) return std::nullopt;
  const rows::FunctionAliasRow& row = alias->second;
  if (row.other_version == 0) return row.version;
  // 53 bits are what a double holds: 0 up to, but not, 1.
  constexpr double kParts = 0x1p53;
  const double place = static_cast<double>(draw >> 11U) / kParts;
  return place < row.other_weight ? row.other_version : row.version;
}

std::string TaskNameOf(std::string_view function, std::uint64_t version) {
  std::string name(function);
  if (version != 0) name += ":" + std::to_string(version);
  return name;
}

bool NamesVersion(std::string_view task_name) {
  const std::size_t colon = task_name.rfind(':');
  if (colon == std::string_view::npos || asl::ActivityOf(task_name)) return false;
  return VersionNumber(task_name.substr(colon + 1)).value_or(0) != 0;
}

}  // namespace pawl::runtime
