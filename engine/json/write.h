// Writing JSON text: compact, members in order, numbers with the text they were read with,
// characters beyond ASCII unescaped.
#pragma once

#include <string>
#include <string_view>

#include "engine/json/value.h"

namespace pawl::json {

std::string Write(Value value);

// Indented by two spaces, for people.
std::string WritePretty(Value value);

// Appends the compact text of `value` to `out`.
void WriteTo(std::string& out, Value value);

// Appends `text` as a JSON string with its quotes. `text` is UTF-8.
void WriteStringTo(std::string& out, std::string_view text);

}  // namespace pawl::json
