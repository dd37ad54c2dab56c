// Times inside values: microseconds of the Unix epoch (FORMAT.md). Private to this folder.
#pragma once

#include "engine/base/coding.h"
#include "engine/base/time.h"

namespace pawl::rows {

inline void AppendTime(Encoder& encoder, Timestamp time) {
  encoder.SignedVarint(ToMicros(time));
}

inline Timestamp TakeTime(Decoder& decoder) {
  return FromMicros(decoder.SignedVarint());
}

}  // namespace pawl::rows
