// A worker of an activity that does what a case's script says: takes one task, then sleeps, gives
// signs of life, and ends it.
#pragma once

#include <memory>
#include <optional>

#include "engine/runtime/engine.h"
#include "tests/conformance/asl/tree.h"
#include "tests/support/manual_clock.h"

namespace pawl::test {

class ActivityWorker {
 public:
  // Begins to poll. `engine` and `clock` outlive this. The activity exists.
  ActivityWorker(Engine& engine, ManualClock& clock, ActivityRequest request, Tree script);

  // Does what is due now. True if there was something.
  bool Work();

 private:
  void Do(const Tree& action);
  void End(TaskEnd end);

  Engine& engine_;
  ManualClock& clock_;
  const Tree script_;
  std::optional<ActivityTask> task_;
  std::size_t next_action_ = 0;
  Timestamp awake_at_ = {};
  // Destroyed first: afterwards `task_` is not written any more.
  std::unique_ptr<ActivityPoll> poll_;
};

}  // namespace pawl::test
