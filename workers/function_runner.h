// FunctionRunner: the invocations of one function, until a child has them. It keeps the queue, and
// the generations of processes that the function's changes leave behind.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "workers/generation.h"
#include "workers/invocation.h"
#include "workers/pool_context.h"

namespace pawl::workers {

class FunctionRunner final : public Generation::Owner {
 public:
  // `context` outlives the runner.
  FunctionRunner(FunctionSpec spec, PoolContext& context);
  FunctionRunner(const FunctionRunner&) = delete;
  FunctionRunner& operator=(const FunctionRunner&) = delete;

  const FunctionSpec& spec() const { return spec_; }

  // Takes another spec; processes of the old one go when they have finished what they have. While
  // invocations wait for an import, that one has its turn first: code that changes faster than it
  // is imported would never run.
  void Change(FunctionSpec spec);
  void Submit(Invocation invocation);
  // False when the invocation is not here.
  bool Cancel(std::uint64_t id);
  // Hands what waits to the processes, and starts them where they are missing.
  void Dispatch();
  // Does what is due. Returns when to call again at the latest.
  SteadyTime Tick();
  // Nothing more is to begin: returns what waits; children finish what they have (Retire) or are
  // killed (Stop).
  void Retire();
  void Stop();

  // No process and no invocation is left.
  bool is_empty() const { return pending_.empty() && generations_.empty(); }

  // Something waits for a process that there was no room for.
  bool is_starved() const { return is_starved_; }

  // Ends one child that has no work, to make room for another function. False when there is none.
  bool EndIdleChild();

  void PutBack(Task task) override;
  void Refuse(MakeError make_error) override;

 private:
  // Why no invocation can succeed now.
  struct Refusal {
    SteadyTime until;
    MakeError make_error;
  };

  void TakeUp(FunctionSpec spec);
  // Takes up a change that had to wait, if it need not any more. Whether it did.
  bool TakeUpChange();
  void CancelExpired();
  void ReturnPending();

  FunctionSpec spec_;
  // The last change, while it waits.
  std::optional<FunctionSpec> next_spec_;
  PoolContext& context_;
  std::deque<Task> pending_;
  std::vector<std::unique_ptr<Generation>> generations_;
  std::optional<Refusal> refusal_;
  bool is_starved_ = false;
  bool is_stopping_ = false;
  // The earliest deadline among the invocations here, or earlier.
  SteadyTime next_deadline_ = SteadyTime::max();
};

}  // namespace pawl::workers
