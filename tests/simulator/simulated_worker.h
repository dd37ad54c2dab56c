// SimulatedWorker: a worker process that outlives engines and connections. It answers as the script
// of its functions says, but the driver decides when, how often, and whether at all.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/base/random.h"
#include "engine/runtime/engine.h"
#include "tests/simulator/coverage.h"
#include "tests/simulator/ledger.h"
#include "tests/simulator/mutant.h"
#include "tests/simulator/simulated_disk.h"

namespace pawl::simulator {

class TokenHolder;

// What the workers of a world share.
struct WorkerSurroundings {
  SimulatedDisk& disk;
  Ledger& ledger;
  Coverage& coverage;
  SeededRandom& random;
  Mutant mutant = Mutant::kNone;
  // Engine time.
  std::function<Timestamp()> now = {};
  // To whom functions pass task tokens on.
  TokenHolder* token_holder = nullptr;
  // Which engine it is, and until when it leaves recovered tasks to those who may hold them.
  int life = 0;
  Timestamp reserved_until = {};
  // In which life a task was delivered or claimed last.
  std::map<TaskRef, int> given_in = {};
  // Who holds a task at present, by its connection.
  std::map<TaskRef, const void*> holders = {};
  // The first problem a worker noticed; empty: none.
  std::string problem = {};
  std::uint64_t trace_hash = 0;
  bool is_tracing = false;
};

class SimulatedWorker final : public TaskSink {
 public:
  SimulatedWorker(int number, WorkerSurroundings& surroundings);

  bool is_connected() const { return session_ != nullptr; }

  bool has_tasks() const { return !running_.empty(); }

  bool has_unacknowledged() const { return !unacknowledged_.empty(); }

  // --- What can happen to a worker ---
  void Connect(Engine& engine, std::vector<std::string> functions);
  // The connection breaks; the process goes on with what it holds.
  void Disconnect();
  // The process dies: everything it holds is gone.
  void Die();
  // The engine's process died: there is no connection any more.
  void LoseEngine();

  void Grant(const std::string& function, std::uint32_t credits);
  // Ends one of the tasks it holds, or all of them.
  void CompleteOne();
  void CompleteAll();
  // Ends a task with something that is no JSON.
  void AnswerGarbage();
  // Sends again what is not acknowledged.
  void Resend();
  // Repeats the answer to a task that was ended before.
  void Repeat();
  // Ends a task under a wait number that never was.
  void CompleteWrongWait();
  void Heartbeat();
  void ReturnOne();

  // The task that the engine should have taken for lost, because its heartbeats stopped.
  std::optional<TaskRef> FindSilentTask(Timestamp now) const;

  // --- TaskSink ---
  void Deliver(std::vector<Task> tasks) override;
  void Cancel(std::vector<TaskRef> tasks) override;
  void Acknowledge(std::vector<CompletionAck> acks) override;

 private:
  void Problem(const std::string& what);
  void Send(const TaskRef& ref, const Answer& answer);
  void Finish(const TaskRef& ref, const Answer& answer);
  // What was acknowledged is sent no more.
  void Retire(const TaskRef& ref);
  void AcceptExpress(const TaskRef& ref);
  // `may_fail`: a function that was given a token may fail after it has passed it on.
  Answer Run(const Task& task, bool may_fail);
  std::map<TaskRef, Task>::iterator PickRunning();
  // The wait number that the durable frame of `ref` has as an open task; nullopt: it is none.
  std::optional<std::uint32_t> OpenWait(const TaskRef& ref);
  void Trace(const char* what, const TaskRef& ref, std::uint64_t more);
  void Release();

  const int number_;
  WorkerSurroundings& all_;
  std::unique_ptr<WorkerSession> session_;
  std::set<std::string> functions_;
  std::map<std::string, std::uint32_t> credits_;
  std::map<TaskRef, Task> running_;
  // When the engine last heard of a running task.
  std::map<TaskRef, Timestamp> heard_;
  std::map<TaskRef, Answer> unacknowledged_;
  // Ended and acknowledged; the last few.
  std::deque<std::pair<TaskRef, Answer>> past_;
  // kAcceptLateAnswers: under which number a late answer was passed on.
  std::map<TaskRef, TaskRef> passed_on_as_;
  bool was_lost_with_engine_ = false;
  std::set<TaskRef> sent_to_dead_engine_;
};

}  // namespace pawl::simulator
