#include <string>
#include <string_view>
#include <vector>

#include "engine/interpreter/task_call.h"

namespace pawl::interpreter {

FunctionName ParseFunctionName(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t begin = 0;;) {
    const std::size_t end = text.find(':', begin);
    parts.push_back(text.substr(begin, end - begin));
    if (end == std::string_view::npos) break;
    begin = end + 1;
  }
  // The name stands behind the last "function", or first.
  std::size_t name = 0;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
    if (parts[i] == "function") name = i + 1;
  }
  FunctionName parsed{.function = std::string(parts[name]), .qualifier = {}};
  if (name + 1 < parts.size()) parsed.qualifier = std::string(parts[name + 1]);
  return parsed;
}

}  // namespace pawl::interpreter
