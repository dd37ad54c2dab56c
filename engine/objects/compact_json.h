// Compact JSON: a text without the spaces between its tokens.
#pragma once

#include <string>
#include <string_view>

namespace pawl::objects {

// Appends `json`, which is valid JSON, without spaces and line ends outside its strings: it is one
// line then. All else stays as it is written.
void AppendCompact(std::string& out, std::string_view json);

}  // namespace pawl::objects
