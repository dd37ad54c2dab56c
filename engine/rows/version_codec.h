// The byte that most rows begin with.
#pragma once

#include <cstdint>

#include "engine/base/coding.h"

namespace pawl::rows {

// Of rows that have had one encoding so far.
inline constexpr std::uint8_t kFirstVersion = 1;

inline void TakeFirstVersion(Decoder& decoder) {
  if (decoder.Byte() != kFirstVersion) decoder.Fail();
}

}  // namespace pawl::rows
