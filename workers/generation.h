// Generation: the processes of one state of a function's code, a zygote and its children. It lives
// from the first invocation after a change until the next change, or until nobody needs it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "workers/child_supervisor.h"
#include "workers/exit_error.h"
#include "workers/invocation.h"
#include "workers/invocation_pace.h"
#include "workers/pool_context.h"
#include "workers/zygote.h"

namespace pawl::workers {

// Makes the error of one invocation.
using MakeError = std::function<ErrorPayload(const std::string& request_id)>;

class Generation {
 public:
  // What a generation asks of the runner that owns it.
  class Owner {
   public:
    virtual ~Owner() = default;
    // The task is to run elsewhere, before all others.
    virtual void PutBack(Task task) = 0;
    // The code cannot be imported: nothing that waits can run.
    virtual void Refuse(MakeError make_error) = 0;
  };

  // Starts the zygote. The zygote's failure to start is reported to `owner`, and the generation has
  // ended. `owner` and `context` outlive the generation.
  Generation(FunctionSpec spec, Owner& owner, PoolContext& context);
  Generation(const Generation&) = delete;
  Generation& operator=(const Generation&) = delete;
  ~Generation();

  // It takes new work, now or when the import is done.
  bool has_future() const {
    return !is_retired_ && (state_ == State::kImporting || state_ == State::kReady);
  }

  // Its code is not there yet.
  bool is_importing() const { return state_ == State::kImporting; }

  // No process is left.
  bool has_ended() const { return children_.empty() && state_ == State::kEnded; }

  // Hands tasks from the front of `pending` to children, making these where they are missing.
  // False when the system or the pool's bound has no room for a child that is wanted.
  bool Dispatch(std::deque<Task>& pending);

  // False when the invocation is not here.
  bool Cancel(std::uint64_t id);
  void ForEachTask(const std::function<void(const Task&)>& look) const;
  // Ends one child without work. False when there is none.
  bool EndIdleChild();
  // No new work: children finish what they have.
  void Retire();
  // Kills the children, and returns what they have not begun.
  void Stop();
  // Does what is due. Returns when to call again at the latest.
  SteadyTime Tick();

 private:
  // Closed: the zygote is to end or has failed. Ended: it is reaped.
  enum class State : std::uint8_t { kImporting, kReady, kClosed, kEnded };

  Status WatchZygote();
  void OnControl(std::uint32_t events);
  void OnMessage(ZygoteMessage message);
  void OnZygoteEnded();
  void Close();
  void KillZygote(EndReason reason);
  SteadyTime TickImport();
  SteadyTime TickWithoutChildren();

  bool StartChild();
  ChildSupervisor* FindChild(std::uint32_t number);
  ChildSupervisor* LeastBusyChild();
  std::size_t ServingChildren() const;
  void EndChild(ChildSupervisor& child, int wait_status);
  void AwaitOrphan(ChildSupervisor& child);

  const FunctionSpec spec_;
  Owner& owner_;
  PoolContext& context_;
  State state_ = State::kImporting;
  bool is_retired_ = false;
  EndReason end_reason_ = EndReason::kOwn;
  // Since when it imports, has no children, or is to end.
  SteadyTime state_since_;
  SteadyTime next_memory_check_;
  InvocationPace pace_;
  std::uint32_t next_child_number_ = 1;
  std::unique_ptr<ZygoteProcess> zygote_;
  std::vector<std::unique_ptr<ChildSupervisor>> children_;
  // Last: gone before the descriptors are.
  Poller::Watch control_watch_;
  Poller::Watch log_watch_;
  Poller::Watch output_watch_;
  Poller::Watch process_watch_;
};

}  // namespace pawl::workers
