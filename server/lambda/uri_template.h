// Request targets, and the patterns that the operations' paths are (API model, "requestUri").
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "server/sigv4/uri_encoding.h"

namespace pawl::lambda {

// A request's target, taken apart: "/2015-03-31/functions/f/?Marker=x".
struct Target {
  // Decoded parts of the path between its slashes; a slash at its end counts for nothing.
  std::vector<std::string> segments = {};
  // Decoded, in their order.
  std::vector<sigv4::QueryParameter> query = {};

  // The value of the first parameter of that name.
  std::optional<std::string> Parameter(std::string_view name) const;
};

Target ParseTarget(std::string_view target);

struct PathParameter {
  // As the pattern calls it.
  std::string_view name = {};
  // Points into the target.
  std::string_view value = {};
};

// The parameters of a path that matches `pattern`, "/2015-03-31/functions/{FunctionName}/code";
// nullopt for one that does not. A parameter is not empty.
std::optional<std::vector<PathParameter>> MatchPath(std::string_view pattern, const Target& target);

}  // namespace pawl::lambda
