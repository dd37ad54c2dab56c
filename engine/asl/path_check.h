// Judges the text of a path: good, wrong, or good for AWS and beyond this engine.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/expression/path.h"

namespace pawl::asl {

struct PathCheck {
  // InvalidArgument: no path.
  Status status;
  // "… is not supported yet": what of it; empty if the engine can evaluate it.
  std::string unsupported;
};

// Deployed definitions compare with words that stand without quotes, `[?(@.Type == AMOUNT)]`, and
// compute indexes, `[(@.length-1)]`. AWS takes both when a state machine is created.
PathCheck CheckPathText(std::string_view text);

}  // namespace pawl::asl
