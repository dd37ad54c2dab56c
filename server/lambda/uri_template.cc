#include "server/lambda/uri_template.h"

#include <algorithm>

namespace pawl::lambda {
namespace {

// Takes the part before the next slash off the front of `path`, which starts with a slash.
std::string_view TakeSegment(std::string_view& path) {
  path.remove_prefix(1);
  const std::string_view segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

}  // namespace

std::optional<std::string> Target::Parameter(std::string_view name) const {
  const auto found =
      std::find_if(query.begin(), query.end(), [name](const sigv4::QueryParameter& parameter) {
        return parameter.name == name;
      });
  if (found == query.end()) return std::nullopt;
  return found->value;
}

Target ParseTarget(std::string_view target) {
  Target parsed;
  const std::size_t question = target.find('?');
  std::string_view path = target.substr(0, question);
  if (path.ends_with('/')) path.remove_suffix(1);
  while (path.starts_with('/'))
    parsed.segments.push_back(sigv4::UriDecode(TakeSegment(path)));
  if (question != std::string_view::npos)
    parsed.query = sigv4::ParseQuery(target.substr(question + 1));
  return parsed;
}

std::optional<std::vector<PathParameter>> MatchPath(std::string_view pattern,
                                                    const Target& target) {
  std::vector<PathParameter> parameters;
  for (const std::string& segment : target.segments) {
    if (!pattern.starts_with('/')) return std::nullopt;
    const std::string_view expected = TakeSegment(pattern);
    if (!expected.starts_with('{')) {
      if (segment != expected) return std::nullopt;
      continue;
    }
    if (segment.empty()) return std::nullopt;
    parameters.push_back({.name = expected.substr(1, expected.size() - 2), .value = segment});
  }
  if (!pattern.empty()) return std::nullopt;
  return parameters;
}

}  // namespace pawl::lambda
