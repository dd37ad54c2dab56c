// The wait of a Map run in frame rows and run rows. Private to this folder.
#pragma once

#include "engine/base/coding.h"
#include "engine/interpreter/frame.h"

namespace pawl::rows {

void AppendMapRunWait(Encoder& encoder, const interpreter::MapRunWait& wait);
interpreter::MapRunWait TakeMapRunWait(Decoder& decoder);

}  // namespace pawl::rows
