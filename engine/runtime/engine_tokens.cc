// Activities, and the ends of tasks that come with a token. An activity is a function that only
// polls serve: its tasks are matched like any other's, but whoever takes one gets a token, and from
// then on no worker holds it.
#include <algorithm>
#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "engine/asl/resource.h"
#include "engine/asl/state_machine.h"
#include "engine/base/coding.h"
#include "engine/base/mutex.h"
#include "engine/json/parse.h"
#include "engine/rows/keys.h"
#include "engine/runtime/engine_impl.h"
#include "engine/runtime/error_text.h"

namespace pawl::runtime {
namespace {

constexpr std::size_t kActivitiesPageMax = 1'000;

Status ActivityMissing(const ArnScheme& arns, const std::string& name) {
  return NotFound("Activity Does Not Exist: '" + interpreter::ActivityArn(arns, name) + "'")
      .WithReason("ActivityDoesNotExist");
}

Status TaskMissing() {
  return NotFound("Task Timed Out: 'Provided task does not exist anymore'")
      .WithReason("TaskTimedOut");
}

// The answer of a shard, in terms of the façade.
Callback<bool> OrTimedOut(Callback<bool> done) {
  return [done = std::move(done)](Result<bool> is_accepted) {
    if (!is_accepted.ok()) return done(is_accepted.status());
    *is_accepted ? done(true) : done(TaskMissing());
  };
}

Result<ActivityInfo> ReadActivity(const ArnScheme& arns,
                                  const std::string& name,
                                  std::string_view value) {
  Decoder decoder(value);
  const Timestamp created_at = FromMicros(decoder.SignedVarint());
  if (!decoder.Finished()) return DataLoss("an activity's row is not readable");
  return ActivityInfo{
      .name = name, .arn = interpreter::ActivityArn(arns, name), .created_at = created_at};
}

}  // namespace

// Whom a poll answers: nobody any more, once it has ended.
class PollAnswer {
 public:
  explicit PollAnswer(Callback<ActivityTask> done) : done_(std::move(done)) {}

  void Give(Result<ActivityTask> task) {
    const MutexLock lock(mutex_);
    if (done_) std::exchange(done_, nullptr)(std::move(task));
  }

  // Does not return while the callback runs.
  void Close() {
    const MutexLock lock(mutex_);
    done_ = nullptr;
  }

 private:
  Mutex mutex_;
  Callback<ActivityTask> done_ PAWL_GUARDED_BY(mutex_);
};

// One credit for the activity. The session's sink is called on executor threads; what it leads to
// is shared with it, so that the poll may end at any time.
class EngineActivityPoll final : public ActivityPoll, public TaskSink {
 public:
  EngineActivityPoll(EngineImpl& engine, ActivityRequest request, Callback<ActivityTask> done)
      : engine_(engine),
        worker_(std::move(request.worker)),
        answer_(std::make_shared<PollAnswer>(std::move(done))) {
    const std::string function = asl::ActivityFunction(request.activity);
    WorkerHello hello{
        .namespace_id = request.namespace_id, .worker = worker_, .functions = {function}};
    session_ = engine_.matcher_->Connect(hello, *this, engine_.Now());
    engine_.matcher_->Grant(session_, {{.function = function, .credits = 1}}, engine_.Now());
  }

  ~EngineActivityPoll() override {
    answer_->Close();
    // A task that was taken is the matcher's no more.
    engine_.matcher_->Disconnect(session_, engine_.Now(), false);
  }

  void Deliver(std::vector<Task> tasks) override {
    for (Task& task : tasks) {
      const TaskRef ref = task.ref;
      ActivityTask taken{
          .token = engine_.task_tokens_->TokenOf(ref.execution, ref.frame, ref.wait_number),
          .input = std::move(task.payload)};
      auto done = [answer = answer_, taken = std::move(taken)](Result<bool> is_taken) {
        if (!is_taken.ok()) return answer->Give(is_taken.status());
        *is_taken ? answer->Give(taken) : answer->Give(TaskMissing());
      };
      engine_.ExecutorOf(ref.execution.shard)
          .Post(ref.execution.shard,
                TakeActivityCommand{.ref = ref, .worker = worker_, .done = std::move(done)});
    }
  }

  // What was delivered is on its way to the one who polls; nothing can be stopped.
  void Cancel(std::vector<TaskRef>) override {}

  void Acknowledge(std::vector<CompletionAck>) override {}

 private:
  EngineImpl& engine_;
  const std::string worker_;
  const std::shared_ptr<PollAnswer> answer_;
  SessionId session_ = 0;
};

Result<ActivityInfo> EngineImpl::CreateActivity(NamespaceId namespace_id, const std::string& name) {
  if (!asl::IsActivityName(name)) {
    return InvalidArgument("Invalid Name: '" + name +
                               "': an activity's name has 1 to 80 letters, digits, '_', '-' or '.'",
                           "name")
        .WithReason("InvalidName");
  }
  auto known = DescribeActivity(namespace_id, name);
  if (known.ok() || known.status().code() != StatusCode::kNotFound) return known;
  const std::string function = asl::ActivityFunction(name);
  const Timestamp now = clock_->Now();
  std::string value;
  Encoder(value).SignedVarint(ToMicros(now));
  storage::ShardBatch batch{.shard = rows::kCatalogShard};
  batch.writes.Put(
      storage::Family::kIndex, rows::FunctionKey(namespace_id, function), std::move(value));
  // A change of tags that met the deletion of an activity of this name may have left some.
  batch.writes.Delete(storage::Family::kIndex,
                      rows::TagsKey(namespace_id, rows::TaggedKind::kActivity, name));
  RETURN_IF_ERROR(storage::CommitAndWait(*storage_, std::move(batch)));
  matcher_->AddKnownFunctions(namespace_id, {function});
  return ActivityInfo{
      .name = name, .arn = interpreter::ActivityArn(options_.arns, name), .created_at = now};
}

Result<ActivityInfo> EngineImpl::DescribeActivity(NamespaceId namespace_id,
                                                  const std::string& name) {
  const storage::Key key{.family = storage::Family::kIndex,
                         .bytes = rows::FunctionKey(namespace_id, asl::ActivityFunction(name))};
  ASSIGN_OR_RETURN(const auto stored, storage::GetAndWait(*storage_, key));
  if (!stored) return ActivityMissing(options_.arns, name);
  return ReadActivity(options_.arns, name, *stored);
}

Result<ActivityList> EngineImpl::ListActivities(NamespaceId namespace_id,
                                                std::size_t page_size,
                                                const std::string& after) {
  const std::size_t limit = std::clamp<std::size_t>(page_size, 1, kActivitiesPageMax);
  storage::Range range = rows::FunctionsOf(namespace_id, asl::ActivityFunction(""));
  if (!after.empty()) {
    range.begin = rows::FunctionKey(namespace_id, asl::ActivityFunction(after)) + '\0';
  }
  range.limit = limit + 1;
  ASSIGN_OR_RETURN(const auto stored, storage::ScanAndWait(*storage_, range));
  ActivityList list;
  for (const storage::Row& row : stored) {
    if (list.activities.size() == limit) {
      list.next = list.activities.back().name;
      break;
    }
    const auto key = rows::ParseFunctionKey(row.key);
    const auto name = key ? asl::ActivityOf(key->function) : std::nullopt;
    if (!name) return DataLoss("an activity's key is not readable");
    ASSIGN_OR_RETURN(ActivityInfo activity,
                     ReadActivity(options_.arns, std::string(*name), row.value));
    list.activities.push_back(std::move(activity));
  }
  return list;
}

Status EngineImpl::DeleteActivity(NamespaceId namespace_id, const std::string& name) {
  const std::string function = asl::ActivityFunction(name);
  storage::ShardBatch batch{.shard = rows::kCatalogShard};
  batch.writes.Delete(storage::Family::kIndex, rows::FunctionKey(namespace_id, function));
  batch.writes.Delete(storage::Family::kIndex,
                      rows::TagsKey(namespace_id, rows::TaggedKind::kActivity, name));
  RETURN_IF_ERROR(storage::CommitAndWait(*storage_, std::move(batch)));
  matcher_->RemoveKnownFunction(namespace_id, function);
  return OkStatus();
}

Result<std::unique_ptr<ActivityPoll>> EngineImpl::PollActivity(ActivityRequest request,
                                                               Callback<ActivityTask> done) {
  if (!matcher_->KnowsFunction(request.namespace_id, asl::ActivityFunction(request.activity))) {
    return ActivityMissing(options_.arns, request.activity);
  }
  return std::unique_ptr<ActivityPoll>(
      std::make_unique<EngineActivityPoll>(*this, std::move(request), std::move(done)));
}

void EngineImpl::EndTask(const std::string& token, TaskEnd end, Callback<bool> done) {
  const auto ref = task_tokens_->Open(token);
  if (!ref.ok()) return done(ref.status());
  if (end.output) {
    const Status status = json::Check(end.output->view());
    if (!status.ok()) {
      return done(InvalidArgument("Invalid Output: " + status.message(), "output")
                      .WithReason("InvalidOutput"));
    }
  }
  const Status checked = CheckErrorText(end.error, end.cause);
  if (!checked.ok()) return done(checked);
  ExecutorOf(ref->execution.shard)
      .Post(ref->execution.shard,
            TokenCommand{.ref = *ref,
                         .body = {.wait_number = ref->wait_number,
                                  .output = std::move(end.output),
                                  .error = std::move(end.error),
                                  .cause = std::move(end.cause)},
                         .done = OrTimedOut(std::move(done))});
}

void EngineImpl::HeartbeatTask(const std::string& token, Callback<bool> done) {
  const auto ref = task_tokens_->Open(token);
  if (!ref.ok()) return done(ref.status());
  ExecutorOf(ref->execution.shard)
      .Post(ref->execution.shard,
            TokenHeartbeatCommand{.ref = *ref, .done = OrTimedOut(std::move(done))});
}

}  // namespace pawl::runtime
