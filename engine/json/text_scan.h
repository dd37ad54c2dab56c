// The two inner loops of reading and writing JSON strings, sixteen bytes at a time where the
// processor has SSE2.
#pragma once

#include <cstddef>

namespace pawl::json {

// The first byte in [text, end) that is no plain ASCII inside a JSON string: a quote, a backslash,
// a control character, or the start of a longer UTF-8 sequence. `end` if there is none.
const char* SkipPlainAscii(const char* text, const char* end);

// The first byte in [text, end) that a JSON string must escape: a quote, a backslash or a control
// character. `end` if there is none.
const char* SkipUnescaped(const char* text, const char* end);

// The length of the UTF-8 sequence that starts at `text`, 1 to 4; 0 if it is none: cut short,
// overlong, a surrogate, or beyond U+10FFFF. `text` is before `end`.
std::size_t Utf8SequenceLength(const char* text, const char* end);

}  // namespace pawl::json
