// Text from outside that is meant to be UTF-8 and may not be: what a function raised or wrote.
#pragma once

#include <string>

namespace pawl::server {

// `text` with U+FFFD in place of each byte that is part of no UTF-8 sequence (RFC 3629). Does not
// copy a text that is valid.
std::string ToValidUtf8(std::string text);

}  // namespace pawl::server
