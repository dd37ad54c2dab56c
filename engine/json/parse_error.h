// How the reader says what is wrong with a text.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace pawl::json {

// "line 3, column 7: <problem> (byte offset 40)": lines and columns count from 1, columns in
// characters. `place` is in `text` or at its end.
Status ErrorAt(std::string_view text, const char* place, std::string_view problem);

// What stands at `place`, in at most 32 bytes: "'nope'", "the end of the text".
std::string DescribeFound(const char* place, const char* end);

// The first 32 bytes of UTF-8 text, without a cut character; with "…" where something is missing.
std::string QuoteStart(std::string_view text);

}  // namespace pawl::json
