// Upper and lower case of all of Unicode, as JavaScript maps them.
#pragma once

#include <string>
#include <string_view>

namespace pawl::expression::jsonata {

std::string ToUpperCase(std::string_view text);
std::string ToLowerCase(std::string_view text);

}  // namespace pawl::expression::jsonata
