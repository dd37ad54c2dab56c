// Which bytes are UTF-8 (RFC 3629), and text that is meant to be UTF-8 and may not be.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace pawl {

// The length of the UTF-8 sequence that starts at `text`, 1 to 4; 0 if it is none: cut short,
// overlong, a surrogate, or beyond U+10FFFF. `text` is before `end`.
std::size_t Utf8SequenceLength(const char* text, const char* end);

// The number of bytes before the first one that is part of no UTF-8 sequence.
std::size_t ValidUtf8Bytes(std::string_view text);

bool IsUtf8(std::string_view text);

// `text` with U+FFFD in place of each byte that is part of no UTF-8 sequence. Does not copy a text
// that is valid.
std::string ToValidUtf8(std::string text);

}  // namespace pawl
