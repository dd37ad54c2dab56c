// A JavaScript regular expression in the words of PCRE2.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace pawl::expression::jsonata {

// The translation is for PCRE2_UTF without PCRE2_UCP. It has a callout behind each quantifier, by
// which the search is counted. An error's message is the one of V8 ("Nothing to repeat"); what only
// the compiler can find wrong (an unmatched parenthesis) is left to it.
Result<std::string> TranslateRegex(std::string_view pattern, bool is_multiline);

}  // namespace pawl::expression::jsonata
