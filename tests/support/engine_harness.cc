#include "tests/support/engine_harness.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "tests/support/seeded_random_source.h"

namespace pawl::test {

ScriptedWorker::ScriptedWorker(Engine& engine,
                               ManualClock& clock,
                               std::vector<std::string> functions)
    : clock_(clock) {
  std::vector<FunctionCredit> credits;
  for (const std::string& function : functions) {
    credits.push_back({.function = function, .credits = 1'000});
  }
  session_ = engine.ConnectWorker({.worker = "scripted", .functions = std::move(functions)}, *this);
  session_->Grant(std::move(credits));
}

void ScriptedWorker::Returns(const std::string& function, std::string output) {
  On(function, [output = std::move(output)](const Task&) { return Outcome{.output = output}; });
}

void ScriptedWorker::Fails(const std::string& function, std::string error) {
  On(function, [error = std::move(error)](const Task&) {
    return Outcome{.error = error, .cause = "on purpose"};
  });
}

void ScriptedWorker::Deliver(std::vector<Task> delivered) {
  for (Task& task : delivered)
    tasks.push_back(std::move(task));
}

void ScriptedWorker::Cancel(std::vector<TaskRef> refs) {
  cancelled.insert(cancelled.end(), refs.begin(), refs.end());
  std::erase_if(running_, [&refs](const Running& running) {
    return std::find(refs.begin(), refs.end(), running.task.ref) != refs.end();
  });
}

void ScriptedWorker::Acknowledge(std::vector<CompletionAck> acked) {
  acks.insert(acks.end(), acked.begin(), acked.end());
}

bool ScriptedWorker::Work() {
  if (!session_) return false;
  std::deque<Task> kept;
  bool was_busy = false;
  for (Task& task : std::exchange(tasks, {})) {
    const auto body = bodies_.find(task.function);
    if (body == bodies_.end()) {
      kept.push_back(std::move(task));
      continue;
    }
    was_busy = true;
    Outcome outcome = body->second(task);
    if (outcome.takes > Duration::zero()) {
      running_.push_back({.task = std::move(task),
                          .outcome = outcome,
                          .done_at = clock_.WallNow() + outcome.takes});
    } else {
      End(task, outcome);
    }
  }
  tasks.insert(tasks.begin(), kept.begin(), kept.end());
  // Ending a task may cancel others: they are taken out one by one.
  while (NextDone() <= clock_.WallNow()) {
    const auto next =
        std::min_element(running_.begin(), running_.end(), [](const Running& a, const Running& b) {
          return a.done_at < b.done_at;
        });
    const Running done = std::move(*next);
    running_.erase(next);
    End(done.task, done.outcome);
    was_busy = true;
  }
  return was_busy;
}

Timestamp ScriptedWorker::NextDone() const {
  Timestamp next = Timestamp::max();
  for (const Running& running : running_)
    next = std::min(next, running.done_at);
  return next;
}

void ScriptedWorker::End(const Task& task, const Outcome& outcome) {
  Complete(task, outcome);
  session_->Grant({{.function = task.function, .credits = 1}});
}

void ScriptedWorker::Complete(const Task& task, const Outcome& outcome) {
  Completion completion{.ref = task.ref, .error = outcome.error, .cause = outcome.cause};
  if (outcome.output) completion.output = Bytes(*outcome.output);
  if (task.wants_log) completion.log_tail = outcome.log_tail;
  session_->Complete({std::move(completion)});
}

EngineHarness::EngineHarness(EngineOptions options, std::shared_ptr<objects::ObjectStore> objects)
    : options_(std::move(options)),
      objects_(std::move(objects)),
      store_(
          std::make_unique<storage::MemoryStorage>(storage::MemoryStorage::Durability::kImmediate)),
      wall_(ManualClock::kStart) {
  Open();
}

EngineHarness::~EngineHarness() {
  workers_.clear();
}

void EngineHarness::Open() {
  auto clock = std::make_unique<ManualClock>(wall_);
  clock_ = clock.get();
  auto engine = runtime::EngineImpl::Make(
      options_,
      {.storage = std::make_unique<BorrowedStorage>(*store_, on_load_, slowness_),
       .clock = std::move(clock),
       .random = std::make_unique<SeededRandomSource>(++opened_),
       .objects = objects_,
       .on_store_failed = [](const Status& status) { ADD_FAILURE() << status.ToString(); },
       .has_threads = false});
  ASSERT_TRUE(engine.ok()) << engine.status().ToString();
  engine_ = std::move(*engine);
}

void EngineHarness::EndCommits() {
  slowness_.is_slow = false;
  for (const auto& commit : std::exchange(slowness_.commits, {}))
    commit();
}

ScriptedWorker& EngineHarness::AddWorker(std::vector<std::string> functions) {
  workers_.push_back(std::make_unique<ScriptedWorker>(*engine_, *clock_, std::move(functions)));
  return *workers_.back();
}

void EngineHarness::Deploy(const std::string& name, const std::string& definition) {
  const auto deployed = engine_->Deploy({.name = name, .definition = definition});
  ASSERT_TRUE(deployed.ok()) << deployed.status().ToString();
}

Result<StartResponse> EngineHarness::TryStart(StartRequest request) {
  std::optional<Result<StartResponse>> result;
  engine_->StartExecution(std::move(request),
                          [&result](Result<StartResponse> answer) { result = std::move(answer); });
  while (!result && engine_->Poll()) {
  }
  if (!result) return Internal("the start was not answered");
  return *result;
}

ExecutionName EngineHarness::Start(const std::string& machine,
                                   std::string input,
                                   std::string name) {
  const auto started =
      TryStart({.state_machine = machine, .name = std::move(name), .input = std::move(input)});
  EXPECT_TRUE(started.ok()) << started.status().ToString();
  return started.ok() ? started->name : ExecutionName{};
}

Status EngineHarness::Stop(const ExecutionName& name) {
  std::optional<Status> status;
  engine_->StopExecution(
      {.name = name, .error = "Stopped", .cause = "by the test"},
      [&status](const Result<StopResponse>& answer) { status = answer.status(); });
  while (!status && engine_->Poll()) {
  }
  return status.value_or(Internal("the stop was not answered"));
}

Result<RedriveResponse> EngineHarness::Redrive(const ExecutionName& name, std::string token) {
  std::optional<Result<RedriveResponse>> result;
  engine_->RedriveExecution(
      {.name = name, .client_token = std::move(token)},
      [&result](Result<RedriveResponse> answer) { result = std::move(answer); });
  while (!result && engine_->Poll()) {
  }
  if (!result) return Internal("the redrive was not answered");
  return *result;
}

void EngineHarness::Settle() {
  // Enough for any test; a workflow that never comes to rest fails here instead of hanging.
  constexpr int kRoundsMax = 1'000'000;
  for (int round = 0; round < kRoundsMax; ++round) {
    bool was_busy = engine_->Poll();
    for (const auto& worker : workers_)
      was_busy = worker->Work() || was_busy;
    if (!was_busy) return;
  }
  ADD_FAILURE() << "the engine does not come to rest";
}

void EngineHarness::AdvanceOnce(Timestamp end) {
  Timestamp next = std::min(end, engine_->NextDeadline());
  for (const auto& worker : workers_)
    next = std::min(next, worker->NextDone());
  clock_->Advance(std::max(Duration(1), next - engine_->Now()));
  Settle();
}

void EngineHarness::Advance(Duration duration) {
  Settle();
  const Timestamp end = engine_->Now() + duration;
  while (engine_->Now() < end)
    AdvanceOnce(end);
}

bool EngineHarness::AdvanceUntilClosed(const ExecutionName& name, Duration limit) {
  Settle();
  const Timestamp end = engine_->Now() + limit;
  while (Describe(name).status == ExecutionStatus::kRunning) {
    if (engine_->Now() >= end) return false;
    AdvanceOnce(end);
  }
  return true;
}

ExecutionInfo EngineHarness::Run(const std::string& definition, std::string input) {
  const std::string name = "machine" + std::to_string(++deployed_);
  Deploy(name, definition);
  const ExecutionName execution = Start(name, std::move(input));
  Settle();
  return Describe(execution);
}

ExecutionInfo EngineHarness::Describe(const ExecutionName& name) {
  const auto info = engine_->DescribeExecution(name);
  EXPECT_TRUE(info.ok()) << info.status().ToString();
  return info.ok() ? *info : ExecutionInfo{};
}

std::vector<EventInfo> EngineHarness::History(const ExecutionName& name) {
  std::vector<EventInfo> events;
  for (;;) {
    const auto page = engine_->GetHistory(
        {.name = name, .after = events.empty() ? 0 : events.back().id, .page_size = 1'000});
    EXPECT_TRUE(page.ok()) << page.status().ToString();
    if (!page.ok()) return events;
    events.insert(events.end(), page->events.begin(), page->events.end());
    if (!page->has_more) return events;
  }
}

std::vector<std::string> EngineHarness::EventTypes(const ExecutionName& name) {
  std::vector<std::string> types;
  for (const EventInfo& event : History(name)) {
    types.emplace_back(interpreter::EventTypeName(event.type));
  }
  return types;
}

void EngineHarness::Crash() {
  wall_ = clock_->WallNow();
  workers_.clear();
  engine_.reset();
  Open();
}

}  // namespace pawl::test
