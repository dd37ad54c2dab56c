// What the qualifiers of a deployed function lead to: pure. Private to this folder.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "engine/rows/function_row.h"
#include "engine/runtime/deployed_functions.h"

namespace pawl::runtime {

struct FunctionRoutes {
  // By number; 0 is the latest, which is always there.
  std::map<std::uint64_t, RunnableFunction> versions = {};
  std::map<std::string, rows::FunctionAliasRow> aliases = {};
  // How many tasks of all versions run at once.
  std::optional<std::uint32_t> concurrency = {};
};

// The number of the version that one call runs. `draw` is uniform over all 64-bit numbers: where an
// alias leads to two versions it decides. nullopt: the qualifier leads nowhere.
std::optional<std::uint64_t> RouteOf(const FunctionRoutes& routes,
                                     std::string_view qualifier,
                                     std::uint64_t draw);

// RunnableFunction::task_name.
std::string TaskNameOf(std::string_view function, std::uint64_t version);
// Whether it is a TaskNameOf() of a version that has a number.
bool NamesVersion(std::string_view task_name);

}  // namespace pawl::runtime
