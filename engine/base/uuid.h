// UUIDs made from numbers: the same numbers give the same one.
#pragma once

#include <cstdint>
#include <string>

namespace pawl {

// In the form of RFC 9562, version 4: 36 characters, lower case. Six of the 128 bits are the
// version's and the variant's.
std::string UuidOf(std::uint64_t high, std::uint64_t low);

}  // namespace pawl
