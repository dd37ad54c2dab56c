// Text from elsewhere (names, payloads, causes) made fit for a terminal: nothing in it can move the
// cursor, change colours, or turn the reading direction of what stands beside it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pawl::cli {

// Control characters (C0, DEL, C1), bidirectional overrides and line separators become \u00XX,
// bytes that are no UTF-8 become \xXX. The result is printable UTF-8 in one line.
std::string SafeText(std::string_view text);

// The same JSON value with those characters escaped inside its strings; white space between tokens
// stays. `json` is checked JSON text.
std::string SafeJson(std::string_view json);

// SafeText cut to `columns` characters, the last one an ellipsis where something was cut.
std::string SafeText(std::string_view text, std::size_t columns);

// Characters in UTF-8 text; what is wide or combines counts as one.
std::size_t CharacterCount(std::string_view text);

}  // namespace pawl::cli
