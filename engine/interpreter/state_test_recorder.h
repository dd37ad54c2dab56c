// StateTestRecorder: what the interpreter notes while it runs the test of one state.
#pragma once

#include <cstddef>
#include <optional>

#include "engine/interpreter/interpreter.h"
#include "engine/interpreter/state_test.h"

namespace pawl::interpreter {

struct StateTestRecorder {
  const StateTest& test;
  // The frame's work is over, and the mock says how.
  bool is_mock_due = false;

  Inspection inspection = {};
  std::optional<Failure> failure = {};
  // Set when the state is left.
  std::optional<Bytes> output = {};
  StateIndex next = asl::kNoState;
  // `failure` is caught; unless the catcher's own fields fail.
  bool is_caught = false;
  // Of a Map.
  std::size_t items = 0;
};

}  // namespace pawl::interpreter
