// The length of a text as users count it.
#pragma once

#include <cstddef>
#include <string_view>

namespace pawl::expression {

// How many characters (code points) UTF-8 has.
std::size_t CountCharacters(std::string_view text);

}  // namespace pawl::expression
