// ChildSupervisor: decides what happens to one child: when it is too slow, too big or not needed
// any more, and what becomes of its invocations when it dies.
//
// The idea: a child marks in shared memory what it starts. So when an invocation turns out slow,
// those queued behind it are taken back and go elsewhere, and when the child dies only the one that
// was running has failed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>

#include "workers/child.h"
#include "workers/invocation.h"
#include "workers/invocation_pace.h"
#include "workers/poller.h"
#include "workers/pool_context.h"

namespace pawl::workers {

// Why a child, or a zygote that imports, was killed; kOwn when it ended by itself.
enum class EndReason : std::uint8_t { kOwn, kTimeout, kNotStarted, kMemory, kCancel, kStop };

class ChildSupervisor {
 public:
  // Takes a task that is to run elsewhere; called in the opposite order of the tasks' age.
  using PutBack = std::function<void(Task task)>;

  // `spec`, `pace` and `context` outlive the supervisor.
  ChildSupervisor(std::unique_ptr<Child> child,
                  const FunctionSpec& spec,
                  InvocationPace& pace,
                  PoolContext& context,
                  PutBack put_back);
  ChildSupervisor(const ChildSupervisor&) = delete;
  ChildSupervisor& operator=(const ChildSupervisor&) = delete;

  // Starts to listen to the child.
  Status Watch();

  Child& child() { return *child_; }

  bool is_serving() const { return state_ == State::kServing; }

  bool is_idle() const { return is_serving() && child_->flights().empty(); }

  std::size_t flights() const { return child_->flights().size(); }

  // One more invocation may queue here, where `depth` may.
  bool HasRoom(std::size_t depth) const;
  // Hands over; Flush sends.
  void Write(Task task);
  void Flush();

  // False when the invocation is not here.
  bool Cancel(std::uint64_t id);
  void ForEachTask(const std::function<void(const Task&)>& look) const;

  // Lets it go: now, when it is idle or may be resumed elsewhere, or when it has finished what it
  // has.
  void Retire();
  void Kill(EndReason reason);

  // Does what is due. Returns when to call again at the latest.
  SteadyTime Tick();

  // Calls `on_death` once the process has ended, where no zygote is left to say so. False where
  // that cannot be known.
  bool WatchProcess(std::function<void()> on_death);

  // Killed a while ago, and nobody says that it is dead.
  bool is_overdue() const;

  // The process has ended: gives every invocation its result or puts it back. The last call.
  void End(int wait_status);

 private:
  // kInterrupted: it undoes what its cancelled invocation has begun, and then ends.
  enum class State : std::uint8_t { kServing, kLeaving, kInterrupted, kKilled };

  void OnReady(std::uint32_t events);
  bool Read();
  void OnRecord(const ResultRecord& record);
  // Reads what an invocation that ends has written before it ended.
  void ReadLastLines();
  void Leave();
  void EndCancelled();
  void Skip();
  void TakeBackQueue();
  void CheckMemory();
  SteadyTime TickBusy();
  SteadyTime TickRunning(const Flight& running);
  void EndTask(Task task, bool was_running, int wait_status);

  const FunctionSpec& spec_;
  InvocationPace& pace_;
  PoolContext& context_;
  const PutBack put_back_;
  std::unique_ptr<Child> child_;
  State state_ = State::kServing;
  EndReason end_reason_ = EndReason::kOwn;
  bool is_retired_ = false;
  // Since when it is idle, leaves, is interrupted or is killed.
  SteadyTime state_since_;
  // The invocation last seen running, and since when it runs.
  std::uint64_t observed_sequence_ = 0;
  SteadyTime observed_at_;
  // Since when its queue is being taken back.
  std::optional<SteadyTime> skipping_since_;
  SteadyTime next_memory_check_;
  // Last: gone before the child's descriptors are.
  Poller::Watch socket_watch_;
  Poller::Watch log_watch_;
  Poller::Watch output_watch_;
  Poller::Watch process_watch_;
};

}  // namespace pawl::workers
