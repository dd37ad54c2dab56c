// Judges the text of a path or an intrinsic function call: good, wrong, or good for AWS and beyond
// this engine.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace pawl::asl {

struct PathCheck {
  // InvalidArgument: no path, no call.
  Status status;
  // "… is not supported yet": what of it; empty if the engine can evaluate it.
  std::string unsupported;
};

// Deployed definitions compare with words that stand without quotes, `[?(@.Type == AMOUNT)]`, and
// compute indexes, `[(@.length-1)]`. AWS takes both when a state machine is created.
PathCheck CheckPathText(std::string_view text);

// The same for a call; its paths may be written so, too.
PathCheck CheckCallText(std::string_view text);

}  // namespace pawl::asl
