// Texts with ${…} in them: those of Fn::Sub, and definitions with DefinitionSubstitutions.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::templates {

struct TextPart {
  // Whether it is the name between "${" and "}", else text.
  bool is_name = false;
  std::string_view text = {};
};

struct SplitText {
  std::vector<TextPart> parts = {};
  // Why it cannot be split, else empty.
  std::string error = {};
};

// Splits a text of Fn::Sub. "${!x}" is the text "${x}"; a "$" without "{" behind it is text. The
// parts point into `text`.
SplitText SplitSubText(std::string_view text);

struct SubstitutedText {
  std::string text = {};
  // Names between "${" and "}" that `substitutions` does not have, each once. They stay as they
  // are.
  std::vector<std::string> unknown = {};
};

// Puts values into a definition: "${name}" becomes the value of `name`. Inside a string of a JSON
// text the value is escaped, everywhere else it is put in as it is. A name is letters, digits and
// '_'; anything else in braces is no placeholder.
SubstitutedText Substitute(std::string_view definition,
                           const std::map<std::string, std::string>& substitutions);

}  // namespace pawl::templates
