#include "tests/conformance/asl/activity_worker.h"

#include <chrono>
#include <string>
#include <utility>

namespace pawl::test {

ActivityWorker::ActivityWorker(Engine& engine,
                               ManualClock& clock,
                               ActivityRequest request,
                               Tree script)
    : engine_(engine), clock_(clock), script_(std::move(script)) {
  auto poll = engine_.PollActivity(std::move(request), [this](Result<ActivityTask> task) {
    if (task.ok()) task_ = *std::move(task);
  });
  PAWL_CHECK_MESSAGE(poll.ok(), poll.status().message().c_str());
  poll_ = *std::move(poll);
}

bool ActivityWorker::Work() {
  const auto& actions = script_.as_array();
  if (!task_ || next_action_ == actions.size() || clock_.WallNow() < awake_at_) return false;
  Do(actions[next_action_++]);
  return true;
}

void ActivityWorker::Do(const Tree& action) {
  const std::string what = StringMember(action, "do");
  if (what == "sleep") {
    const Tree* seconds = Member(action, "seconds");
    awake_at_ = clock_.WallNow() + std::chrono::seconds(seconds->to_number<std::int64_t>());
  } else if (what == "heartbeat") {
    engine_.HeartbeatTask(task_->token, [](const Result<bool>&) {});
  } else if (what == "success") {
    End({.output = task_->input});
  } else {
    const std::string cause = StringMember(action, "cause");
    End({.error = StringMember(action, "error"),
         .cause = cause == "input" ? task_->input.str() : cause});
  }
}

// Whether anything waited for it shows in the history.
void ActivityWorker::End(TaskEnd end) {
  engine_.EndTask(task_->token, std::move(end), [](const Result<bool>&) {});
}

}  // namespace pawl::test
