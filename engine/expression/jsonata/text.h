// Text as JSONata counts it: in characters (code points), though it is stored as UTF-8.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pawl::expression::jsonata {

// Bytes of the character that starts at `place`; at least 1, never beyond the end.
std::size_t SequenceLength(std::string_view text, std::size_t place);

// How many characters `text` has.
std::size_t CountCharacters(std::string_view text);

// Where character `index` starts; the end if there are fewer.
std::size_t CharacterOffset(std::string_view text, std::size_t index);

// The code point of the character at `place`.
std::uint32_t CodePointAt(std::string_view text, std::size_t place);

void AppendCodePoint(std::string& out, std::uint32_t code_point);

// How many UTF-16 units the text takes: what JavaScript calls its length.
std::size_t CountUtf16Units(std::string_view text);

// Whether a half of a surrogate pair stands alone somewhere, which UTF-8 cannot carry.
bool HasLoneSurrogate(std::string_view text);

// `text` with U+FFFD for each such half.
std::string WellFormed(std::string_view text);

// Where `pattern` stands in `text` from `from` on; npos: nowhere. Linear, whatever the two are.
std::size_t FindText(std::string_view text, std::string_view pattern, std::size_t from = 0);

// The order of JavaScript: by UTF-16 units.
std::strong_ordering CompareTexts(std::string_view a, std::string_view b);

}  // namespace pawl::expression::jsonata
