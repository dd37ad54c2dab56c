#include "tests/conformance/asl/replacements.h"

namespace pawl::test {

void Replacements::AddReference(std::string_view value, const std::string& name) {
  if (value.empty()) return;
  // As it stands in JSON text.
  std::string written;
  for (const char c : value) {
    if (c == '"') written += '\\';
    written += c;
  }
  if (!referenced_.insert(written).second) return;
  const int number = ++counts_[name];
  replacements_.emplace_back(PythonRegex::Literal(written),
                             "<" + name + ":" + std::to_string(number) + ">");
}

void Replacements::AddRegex(std::string_view pattern, std::string replacement) {
  auto regex = PythonRegex::Compile(pattern);
  replacements_.emplace_back(regex ? *std::move(regex) : PythonRegex::Literal(pattern),
                             std::move(replacement));
}

std::string Replacements::Apply(std::string text) const {
  for (const auto& [regex, replacement] : replacements_)
    text = regex.ReplaceAll(text, replacement);
  return text;
}

}  // namespace pawl::test
