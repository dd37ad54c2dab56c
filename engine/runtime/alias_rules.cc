#include "engine/runtime/alias_rules.h"

#include <algorithm>

#include "engine/base/ascii.h"

namespace pawl::runtime {
namespace {

constexpr std::size_t kAliasCharactersMax = 80;
constexpr std::size_t kRoutesMax = 2;
constexpr std::int32_t kWeightsSum = 100;

bool IsAliasCharacter(char c) {
  return IsLetter(c) || IsDigit(c) || c == '_' || c == '-' || c == '.';
}

template <typename Text>
std::string Bracketed(const std::vector<AliasRoute>& routes, const Text& text) {
  std::string list;
  for (const AliasRoute& route : routes)
    list += (list.empty() ? "" : ", ") + text(route);
  return "[" + list + "]";
}

}  // namespace

Status CheckAliasName(std::string_view name) {
  const bool is_right = !name.empty() && name.size() <= kAliasCharactersMax &&
                        std::all_of(name.begin(), name.end(), IsAliasCharacter) &&
                        !std::all_of(name.begin(), name.end(), IsDigit);
  if (is_right) return OkStatus();
  return InvalidArgument("Invalid Name: '" + std::string(name) +
                             "': an alias's name has 1 to 80 letters, digits, '_', '-' or '.', "
                             "and not digits alone",
                         "name");
}

Status CheckAliasRoutes(const interpreter::ArnScheme& arns,
                        const std::string& state_machine,
                        const std::vector<AliasRoute>& routes) {
  if (routes.empty() || routes.size() > kRoutesMax) {
    return InvalidArgument(
        "an alias leads to one or two versions, not to " + std::to_string(routes.size()), "routes");
  }
  std::int32_t sum = 0;
  for (const AliasRoute& route : routes) {
    if (route.weight < 0 || route.weight > kWeightsSum) {
      return InvalidArgument(
          "a route's weight is between 0 and 100, not " + std::to_string(route.weight), "routes");
    }
    sum += route.weight;
  }
  if (routes.size() == kRoutesMax && routes[0].version == routes[1].version) {
    const auto arn = [&](const AliasRoute& route) {
      return interpreter::StateMachineArn(arns,
                                          state_machine + ":" + std::to_string(route.version));
    };
    return InvalidArgument(
        "Routing configuration must contain distinct state machine version ARNs. Received: " +
            Bracketed(routes, arn),
        "routes");
  }
  if (sum == kWeightsSum) return OkStatus();
  const auto weight = [](const AliasRoute& route) { return std::to_string(route.weight); };
  return InvalidArgument(
      "Sum of routing configuration weights must equal 100. Received: " + Bracketed(routes, weight),
      "routes");
}

std::uint64_t DrawnVersion(const std::vector<rows::AliasRoute>& routes, std::uint64_t draw) {
  std::uint64_t place = draw % kWeightsSum;
  for (const rows::AliasRoute& route : routes) {
    if (place < route.weight) return route.version;
    place -= route.weight;
  }
  return routes.back().version;
}

std::uint64_t HeaviestVersion(const std::vector<rows::AliasRoute>& routes) {
  return std::max_element(
             routes.begin(),
             routes.end(),
             [](const auto& one, const auto& other) { return one.weight < other.weight; })
      ->version;
}

}  // namespace pawl::runtime
