#include "tests/simulator/coverage.h"

namespace pawl::simulator {
namespace {

constexpr std::array<std::string_view, kMarks> kNames = {
    "crash with a half-finished join",
    "crash with a half-finished join and an overdue timer",
    "crash before a start is synced",
    "crash before a close is synced",
    "crash before a completion is synced",
    "crash keeps groups that were never answered",
    "crash keeps some unanswered groups and loses others",
    "crash with a frame that is to go on",
    "crash with a parked frame",
    "crash during a retry's delay",
    "crash with an open task",
    "crash with joins inside joins",
    "crash during recovery",
    "crash during recovery, three times in a row",
    "crash right after recovery",
    "crash with everything closed",
    "recovery of a deadline that passed while the engine was down",
    "recovery of a parked frame that came due while the engine was down",
    "worker claims its task after a crash and goes on",
    "worker sends a completion again after a crash",
    "completion whose acknowledgement was lost turns out settled",
    "task is delivered again after its worker was lost",
    "attempt fails after three lost workers",
    "completion is repeated while the first is on its way to the disk",
    "completion is repeated later",
    "completion arrives after the attempt's time-out",
    "completion arrives after the execution's end",
    "completion arrives between stage and sync of its own retry",
    "completion for a wait that never was",
    "worker answers garbage",
    "worker gives a task back",
    "worker is told to stop a task",
    "task times out",
    "heartbeat is missed",
    "heartbeat keeps a task alive",
    "function that nobody announced fails",
    "start is repeated while the first is on its way to the disk",
    "start is repeated later",
    "start of the same name with another input is refused",
    "stop of a running execution",
    "stop of a closed execution",
    "stop with open tasks",
    "stop before the start is durable",
    "execution times out",
    "commit with an unknown outcome",
    "commit aborted",
    "disk refuses a commit",
    "two groups on their way to the disk",
    "open execution leaves memory",
    "turn is cut short between two states",
    "join is cut short before all its branches have started",
    "Map's window moves on",
    "branches are aborted by another's failure",
    "joins inside branches are aborted",
    "error is caught",
    "Parallel or Map is retried as a whole",
    "retries are exhausted",
    "payload stands outside its frame",
    "wall clock went back",
    "wall clock went back over a crash",
    "parked frame woke up",
    "frame is parked while its shard looks for frames to wake",
    "time jumped by more than ten minutes",
    "history reached its limit",
    "closed execution expired",
    "name of an expired execution is used again",
    "execution runs on a revision that is not the latest",
    "watch saw an execution close",
    "redrive of an execution that failed",
    "redrive of an execution that was stopped",
    "redrive of an execution that timed out",
    "redrive goes on in a Parallel or Map that had failed",
    "redrive goes on in joins inside joins",
    "redrive of a state that waited to be retried",
    "redrive of what had too large a result runs a join again as a whole",
    "redrive of an execution that was redriven before",
    "redrive of what cannot be redriven",
    "redrive is repeated with its token",
    "redriven execution succeeds",
    "crash before a redrive is synced",
    "crash with an open join of a redriven execution",
    "crash with variables of open frames",
    "variable is assigned in a branch",
    "variable is assigned by a catcher",
    "variable outlives a redrive",
    "Task in JSONata is left",
    "Parallel or Map in JSONata is left",
    "Choice in JSONata is left",
};

}  // namespace

std::string_view MarkName(Mark mark) {
  return kNames.at(static_cast<std::size_t>(mark));
}

std::vector<Mark> Coverage::Missing() const {
  std::vector<Mark> missing;
  for (std::size_t i = 0; i < kMarks; ++i) {
    if (counts_[i] == 0) missing.push_back(static_cast<Mark>(i));
  }
  return missing;
}

}  // namespace pawl::simulator
