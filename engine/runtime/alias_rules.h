// What an alias may be, and which version it leads to: pure. Private to the catalog.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/interpreter/turn.h"
#include "engine/rows/state_machine_row.h"
#include "engine/runtime/versions.h"

namespace pawl::runtime {

// InvalidArgument (field "name") unless it is 1 to 80 of a-z A-Z 0-9 _ - . and not digits alone, so
// that it is told from a version (API reference, CharacterRestrictedName).
Status CheckAliasName(std::string_view name);

// InvalidArgument (field "routes") unless there are one or two distinct versions with weights of 0
// to 100 that make 100.
Status CheckAliasRoutes(const interpreter::ArnScheme& arns,
                        const std::string& state_machine,
                        const std::vector<AliasRoute>& routes);

// The version for one start. `draw` is uniform over all 64-bit numbers. `routes` is not empty.
std::uint64_t DrawnVersion(const std::vector<rows::AliasRoute>& routes, std::uint64_t draw);
// The first of equal ones. `routes` is not empty.
std::uint64_t HeaviestVersion(const std::vector<rows::AliasRoute>& routes);

}  // namespace pawl::runtime
