// How many bytes of text one step of the budget pays for.
#pragma once

#include <cstddef>

namespace pawl::expression::jsonata {

// Text that is copied or compared.
inline constexpr std::size_t kTextBytesPerStep = 64;

// Text that is looked at character by character: parsed, searched, hashed.
inline constexpr std::size_t kParsedTextBytesPerStep = 16;

}  // namespace pawl::expression::jsonata
