// Replays one case on an engine of its own, and compares.
#pragma once

#include <optional>
#include <string>

#include "tests/conformance/asl/comparison.h"
#include "tests/conformance/asl/tree.h"

namespace pawl::test {

struct Verdict {
  // Set if the case was not run: what the engine does not do yet.
  std::optional<std::string> not_supported = {};
  // Of a case that was run.
  Differences differences = {};
  // The normalised answers, for people.
  Tree live = {};
};

// `groups`: of normalisation.json. Decides by what the case says to do and what comes of it, never
// by which case it is.
Verdict Replay(const Tree& test_case, const Tree& groups);

}  // namespace pawl::test
