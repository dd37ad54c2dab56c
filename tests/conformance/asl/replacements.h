// Replacements: what is replaced in the text of every answer, in the order it was registered.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/conformance/asl/python_regex.h"

namespace pawl::test {

class Replacements {
 public:
  // `value`, wherever it stands, becomes "<name:N>", N counted from 1 for each name.
  void AddReference(std::string_view value, const std::string& name);
  // A pattern that does not compile is taken literally: run-specific values end up in them.
  void AddRegex(std::string_view pattern, std::string replacement);

  std::string Apply(std::string text) const;

 private:
  std::vector<std::pair<PythonRegex, std::string>> replacements_;
  std::set<std::string> referenced_;
  std::map<std::string, int> counts_;
};

}  // namespace pawl::test
