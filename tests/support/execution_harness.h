// ExecutionHarness: one execution in the functional core, with time in the test's hand. No store,
// no worker: the test says what tasks answer, and looks at the turns.
//
// Each message is answered three times: twice with every row at hand, and once from the fewest
// rows, loading only what Missing asks for. The three turns must be equal. So every test that uses
// this harness also tests that Advance is pure and that it names every row it needs.
#pragma once

#include <gmock/gmock.h>

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/asl/state_machine.h"
#include "engine/interpreter/advance.h"
#include "engine/interpreter/task_call.h"

namespace pawl::test {

// An effect, and the time of the turn that asked for it.
struct ObservedEffect {
  interpreter::Effect effect;
  Timestamp at;
};

void PrintTo(const ObservedEffect& observed, std::ostream* out);

// A timer that is due `in` from its turn on.
testing::Matcher<const ObservedEffect&> ArmsTimer(Duration in);
testing::Matcher<const ObservedEffect&> DispatchesTask();
testing::Matcher<const ObservedEffect&> CancelsTask();

class ExecutionHarness {
 public:
  // Compiles `definition` (the test ends here if it cannot be) and starts the execution.
  explicit ExecutionHarness(std::string_view definition,
                            std::string input = "{}",
                            Limits limits = {},
                            std::uint64_t seed = 1);

  // --- What happens. Each is a message, with the turns that follow from it at once. ---

  // The end of a task: of `frame`, or of the frame that was opened first of those with a task.
  void CompleteTask(std::string output, std::optional<FrameNumber> frame = {});
  void FailTask(std::string error, std::string cause = {}, std::optional<FrameNumber> frame = {});
  // A worker takes the task.
  void LeaseTask(std::optional<FrameNumber> frame = {});
  void Heartbeat(std::optional<FrameNumber> frame = {});
  // Time passes; timers go off on the way, each at its time.
  void AdvanceTime(Duration by);
  void Stop(std::string error, std::string cause);
  // Any message at the present time. False if it was for nobody.
  bool Send(FrameNumber frame, decltype(interpreter::Message::body) body);

  // --- What came of the last of these. ---

  // Without ContinueFrame, which the harness does itself.
  std::vector<ObservedEffect> TakeEffects() { return std::exchange(effects_, {}); }

  // One for each message that was for somebody.
  const std::vector<interpreter::Turn>& turns() const { return turns_; }

  // Names of the types of the events recorded.
  std::vector<std::string> NewEvents() const;

  // --- How the execution stands. ---

  // "RUNNING"; "SUCCEEDED 42", with the output; "FAILED States.Runtime: why", "FAILED E".
  std::string Outcome() const;
  std::string Cause() const;
  // The names of the states in which frames stand, in the order of the frames.
  std::vector<std::string> States() const;
  // The first open frame in this state; the open iteration of this item. A test error if there is
  // none.
  FrameNumber In(std::string_view state) const;
  FrameNumber Item(std::uint32_t index) const;
  const interpreter::Frame& frame(FrameNumber number = kRootFrame) const;
  // What the task calls its function with.
  std::string TaskPayload(std::optional<FrameNumber> frame = {}) const;
  interpreter::TaskCall Call(std::optional<FrameNumber> frame = {}) const;

  const std::vector<interpreter::HistoryEvent>& history() const { return history_; }

  std::vector<std::string> EventTypes() const;
  // previousEventId of each event.
  std::vector<EventId> Previous() const;
  // The payload of the latest event of this type.
  std::string PayloadOf(interpreter::EventType type) const;

  Timestamp now() const { return now_; }

  // How often a turn has asked for the results of a join.
  std::size_t result_loads() const { return result_loads_; }

 private:
  void Begin();
  bool Deliver(const interpreter::Message& message);
  void Settle();
  interpreter::Turn AdvanceOnAll(const interpreter::Message& message) const;
  interpreter::Turn AdvanceOnFewest(const interpreter::Message& message);
  interpreter::WorkingSet FewestRows(FrameNumber frame) const;
  void Load(const interpreter::Missing& missing, interpreter::WorkingSet& rows);
  FrameNumber TaskFrame(std::optional<FrameNumber> frame) const;
  std::optional<interpreter::Lease> LeaseOf(FrameNumber frame) const;

  std::shared_ptr<const asl::StateMachine> machine_;
  interpreter::Environment environment_;
  // All rows of the execution, with the bytes of all payloads.
  interpreter::WorkingSet rows_;
  Timestamp now_;
  std::vector<interpreter::HistoryEvent> history_;
  std::multimap<Timestamp, FrameNumber> timers_;
  std::deque<FrameNumber> continues_;
  std::map<std::pair<FrameNumber, std::uint32_t>, interpreter::Lease> leases_;
  std::optional<interpreter::Close> close_;
  std::size_t result_loads_ = 0;

  std::vector<ObservedEffect> effects_;
  std::vector<interpreter::Turn> turns_;
  std::size_t first_new_event_ = 0;
};

}  // namespace pawl::test
