// Texts as sequences of code points, for pictures, whose characters have a place.
#pragma once

#include <string>
#include <string_view>

namespace pawl::expression::jsonata {

// The code points of UTF-8. A byte that begins no sequence is U+FFFD.
std::u32string CodePoints(std::string_view text);

void AppendUtf8(char32_t code_point, std::string& text);

std::string Utf8(std::u32string_view code_points);

}  // namespace pawl::expression::jsonata
