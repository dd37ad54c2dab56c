// What a history says: the events of an execution folded into the frames that must be open after
// the last one, the attempts that were made, and what chance decided. It believes nothing: the
// first event that cannot follow from those before it is its `problem`.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/asl/state_machine.h"
#include "engine/interpreter/history_event.h"
#include "tests/simulator/oracle.h"

namespace pawl::simulator {

// An attempt of a task.
struct FoldedAttempt {
  AttemptKey key;
  FrameNumber frame;
  EventId scheduled = 0;
  Timestamp scheduled_at;
  Timestamp started_at;
  Timestamp ended_at;
  // 0: it is open, or ended with its branch.
  EventId ended = 0;
  interpreter::EventType end = {};
  std::optional<Bytes> output;
  std::string error;
  std::string cause;
  std::optional<std::int64_t> timeout_seconds;
  std::optional<std::int64_t> heartbeat_seconds;
  // It calls a function for whose end nobody waits.
  bool is_unawaited = false;
  // It starts an execution.
  bool is_call = false;
  // And waits for its end.
  bool waits_for_child = false;
  // It ends with a task token, from `token_since` on: an activity was taken, or a function that has
  // the token has returned what `returned` says.
  bool has_token = false;
  std::optional<Timestamp> token_since;
  std::optional<Bytes> returned;
  // Of an activity that was taken: by whom.
  std::string taken_by;
};

bool IsTimedOut(const FoldedAttempt& attempt);
// The execution that it asks for was not started.
bool IsRefusedCall(const FoldedAttempt& attempt);

struct FoldedFrame {
  enum class Phase {
    kBegun,    // has no state yet
    kEntered,  // in a state that has done nothing yet, or waits for its time
    kTask,     // an attempt is open
    kJoin,     // branches are open
    kRun,      // a Map run is to begin, or goes on
    kEnded,    // an attempt is over; a retry, a catcher or the exit follows
    kLeft,     // between states, or at the end of the branch
  };

  FrameNumber number;
  FrameNumber parent;
  std::uint32_t index = 0;
  BranchKey branch;
  // The Parallel or Map around, and the branch in it. Of the root only in an execution of a Map
  // run.
  StateIndex scope = asl::kNoState;
  std::uint32_t scope_branch = 0;

  bool is_open = true;
  Phase phase = Phase::kBegun;
  StateIndex state = asl::kNoState;
  EventId entered = 0;
  Timestamp entered_at;
  EventId last = 0;
  std::map<StateIndex, int> visits;
  // Of the present visit; -1 before the first.
  int attempt = -1;
  // JSON texts.
  std::map<std::string, std::string> variables;
  // The last attempt ended with a failure.
  bool has_failed = false;
  // A place in FoldedHistory::attempts.
  std::optional<std::size_t> open_attempt;
  std::uint32_t join_total = 0;
  std::uint32_t join_next = 0;
  // The event that began the present Map run; 0: none has begun.
  EventId run = 0;
};

// A run of a distributed Map.
struct FoldedRun {
  enum class End { kOpen, kSucceeded, kFailed, kAborted };

  AttemptKey key;
  FrameNumber frame;
  StateIndex state = asl::kNoState;
  // Items.
  std::uint32_t total = 0;
  std::uint32_t redrives = 0;
  End end = End::kOpen;
  // Of a failure.
  std::string error = {};
};

struct FoldedHistory {
  // Empty: the history is one that an execution can have.
  std::string problem;
  std::map<FrameNumber, FoldedFrame> frames;
  std::vector<FoldedAttempt> attempts;
  // By the events that began them.
  std::map<EventId, FoldedRun> runs;
  std::optional<interpreter::HistoryEvent> closing;
  // Of an execution that ended without success: the frames that a redrive goes on with.
  std::map<FrameNumber, FoldedFrame> kept;
  std::uint32_t redrives = 0;
  std::map<BranchKey, std::vector<std::string>> visits;
  // These four as in Observations.
  std::map<AttemptKey, std::set<std::uint32_t>> failed_children;
  std::map<AttemptKey, std::uint32_t> redrive_counts;
  std::set<AttemptKey> continued;
  std::set<AttemptKey> abandoned;
  // When attempts of any kind began, and when they failed.
  std::map<AttemptKey, Timestamp> attempt_began;
  std::map<AttemptKey, Timestamp> attempt_ended;
};

// `map`: of an execution of a Map run the Map; else kNoState.
FoldedHistory FoldHistory(const asl::StateMachine& machine,
                          StateIndex map,
                          const std::vector<interpreter::HistoryEvent>& events);

// Where events may belong to one of several frames: calls `take` with each way to read the history
// that has no problem, the one of FoldHistory first, until it says true. Returns whether it did.
bool ForEachFold(const asl::StateMachine& machine,
                 StateIndex map,
                 const std::vector<interpreter::HistoryEvent>& events,
                 const std::function<bool(FoldedHistory)>& take);

}  // namespace pawl::simulator
