// FunctionRunner: decides what the processes of one function do. Which invocation goes to which
// child, how many may wait there, when a child is too slow, too big or not needed any more, and
// what becomes of the invocations of one that died.
//
// The idea: a fast function (see kFastMean) gets several invocations at once, because a message to
// a child costs more than running it. A child marks what it starts in shared memory. So when an
// invocation turns out slow, those queued behind it are taken back and go elsewhere, and when a
// child dies only the one that was running has failed.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "workers/child.h"
#include "workers/child_pool.h"
#include "workers/exit_error.h"
#include "workers/invocation.h"
#include "workers/poller.h"
#include "workers/zygote.h"

namespace pawl::workers {

// What the runners of a pool share. All on the pool's thread.
struct PoolContext {
  Poller& poller;
  const ChildPoolOptions& options;
  std::size_t cores = 1;
  SteadyTime now = {};
  std::string scratch = {};
  std::vector<InvocationResult> results = {};
  // Bytes of the events that `results` end.
  std::size_t ended_event_bytes = 0;
  std::vector<LogLine> logs = {};
  std::size_t children = 0;
  std::size_t zygotes = 0;
  std::uint64_t children_started = 0;
  std::uint64_t zygotes_started = 0;
  // What may still be in use further up the stack; emptied between two rounds.
  std::vector<std::shared_ptr<void>> graveyard = {};
};

class FunctionRunner {
 public:
  // `context` outlives the runner.
  FunctionRunner(FunctionSpec spec, PoolContext& context);
  FunctionRunner(const FunctionRunner&) = delete;
  FunctionRunner& operator=(const FunctionRunner&) = delete;
  ~FunctionRunner();

  const FunctionSpec& spec() const { return spec_; }

  // Takes another spec; processes of the old one go when they have finished what they have.
  void Change(FunctionSpec spec);
  void Submit(Invocation invocation);
  // False when the invocation is not here.
  bool Cancel(std::uint64_t id);
  // Hands pending invocations to children, making these where they are missing.
  void Dispatch();
  // Does what is due at `context.now`. Returns when to call again at the latest.
  SteadyTime Tick();
  // Nothing more is to begin: returns what is pending and lets children finish (Retire) or kills
  // them (Stop).
  void Retire();
  void Stop();

  // No process and no invocation is left.
  bool is_empty() const { return pending_.empty() && generations_.empty(); }

  // Ends one child that has no work, to make room for another function. False when there is none.
  bool EndIdleChild();

  bool is_starved() const { return is_starved_; }

 private:
  // A zygote and its children: the processes of one state of the code.
  struct Generation {
    // Closed: the zygote is to end or has failed. Ended: it is reaped.
    enum class State : std::uint8_t { kImporting, kReady, kClosed, kEnded };

    State state = State::kImporting;
    // No new work comes here.
    bool is_retired = false;
    Child::EndReason end_reason = Child::EndReason::kOwn;
    SteadyTime started_at;
    SteadyTime idle_since;
    SteadyTime next_memory_check;
    FunctionSpec spec;
    std::unique_ptr<ZygoteProcess> zygote;
    std::vector<std::unique_ptr<Child>> children;
    Poller::Watch control_watch;
    Poller::Watch log_watch;
    Poller::Watch output_watch;
    Poller::Watch process_watch;
  };

  // Why no invocation of this function can succeed now.
  struct Refusal {
    SteadyTime until;
    std::function<ErrorPayload(const std::string& request_id)> error;
  };

  Generation* Current();
  void StartGeneration();
  void WatchGeneration(Generation& generation);
  void RetireGeneration(Generation& generation);
  void OnControl(Generation& generation, std::uint32_t events);
  void OnMessage(Generation& generation, ZygoteMessage message);
  void OnZygoteEnded(Generation& generation);
  void RemoveEndedGenerations();
  void RefuseAll(std::function<ErrorPayload(const std::string& request_id)> error);

  bool StartChild(Generation& generation);
  Child* FindChild(Generation& generation, std::uint32_t number);
  Child* LeastBusyChild(Generation& generation, std::size_t depth);
  std::size_t ServingChildren(const Generation& generation) const;
  void LeaveChild(Child& child);
  void OnChildReady(Generation& generation, Child& child, std::uint32_t events);
  bool ReadChild(Child& child);
  void OnRecord(Child& child, const ResultRecord& record);
  void OnChildEnded(Generation& generation, Child& child, int wait_status);
  void EndFlight(
      const FunctionSpec& spec, const Child& child, Task task, bool was_running, int wait_status);
  void KillChild(Child& child, Child::EndReason reason);

  SteadyTime TickGeneration(Generation& generation);
  SteadyTime TickChild(Generation& generation, Child& child);
  SteadyTime TickBusyChild(const FunctionSpec& spec, Child& child);
  SteadyTime TickRunning(const FunctionSpec& spec, Child& child, const Flight& running);
  void TakeBackQueue(Child& child);
  void CancelExpired();

  void PutBack(Task task) { pending_.push_front(std::move(task)); }

  void Deliver(const Task& task, InvocationResult result);
  void Deliver(const Task& task, Outcome outcome);
  void Fail(const Task& task, ErrorPayload error);
  std::size_t Depth() const;
  void NoteDuration(std::chrono::microseconds duration);

  FunctionSpec spec_;
  PoolContext& context_;
  std::deque<Task> pending_;
  std::vector<std::unique_ptr<Generation>> generations_;
  std::optional<Refusal> refusal_;
  std::uint32_t next_child_number_ = 1;
  bool is_starved_ = false;
  bool is_stopping_ = false;
  // How long an invocation takes, as a moving average, and how many it is the average of.
  double mean_micros_ = 0;
  std::uint64_t measured_ = 0;
  // The earliest deadline among the invocations here, or earlier.
  SteadyTime next_deadline_ = SteadyTime::max();
};

}  // namespace pawl::workers
