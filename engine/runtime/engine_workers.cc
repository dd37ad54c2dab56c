// Workers' sessions: a thin layer between the façade and the matcher.
#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include "engine/base/coding.h"
#include "engine/base/log_tail.h"
#include "engine/json/parse.h"
#include "engine/rows/keys.h"
#include "engine/runtime/engine_impl.h"
#include "engine/runtime/error_text.h"

namespace pawl::runtime {
namespace {

// What is not JSON, or too large a text, becomes the task's error: a broken worker fails its tasks.
// A result over the limit is passed on whatever it is: the interpreter refuses it by its size.
void Sanitize(Completion& completion, std::size_t payload_bytes_max) {
  KeepLogTail(completion.log_tail);
  if (completion.output) {
    if (completion.output->size() > payload_bytes_max) return;
    const Status status = json::Check(completion.output->view());
    if (status.ok()) return;
    completion.output.reset();
    completion.error = "Runtime.MarshalError";
    completion.cause = "the worker's result is not JSON: " + status.message();
  }
  if (completion.error.empty()) completion.error = "Lambda.Unknown";
  if (completion.error.size() > kErrorCharactersMax) completion.error.resize(kErrorCharactersMax);
  if (completion.cause.size() > kCauseCharactersMax) completion.cause.resize(kCauseCharactersMax);
}

// Gathers the acknowledgements of one batch and hands them to the session together.
class AckBatch final : public CompletionListener {
 public:
  AckBatch(Matcher& matcher, SessionId session, std::size_t size)
      : matcher_(matcher), session_(session), acks_(size), open_(size) {}

  void OnOutcome(std::size_t place, const CompletionAck& ack) override {
    acks_[place] = ack;
    if (open_.fetch_sub(1, std::memory_order_acq_rel) == 1) {
      matcher_.Acknowledge(session_, std::move(acks_));
    }
  }

 private:
  Matcher& matcher_;
  const SessionId session_;
  std::vector<CompletionAck> acks_;
  std::atomic<std::size_t> open_;
};

}  // namespace

class EngineWorkerSession final : public WorkerSession {
 public:
  EngineWorkerSession(EngineImpl& engine, const WorkerHello& hello, TaskSink& sink)
      : engine_(engine), namespace_id_(hello.namespace_id) {
    engine_.AnnounceFunctions(namespace_id_, hello.functions);
    session_ = engine_.matcher_->Connect(hello, sink, engine_.Now());
  }

  ~EngineWorkerSession() override { engine_.matcher_->Disconnect(session_, engine_.Now()); }

  void Announce(std::vector<std::string> functions) override {
    engine_.AnnounceFunctions(namespace_id_, functions);
    engine_.matcher_->Announce(session_, functions, engine_.Now());
  }

  void Grant(std::vector<FunctionCredit> credits) override {
    engine_.matcher_->Grant(session_, credits, engine_.Now());
  }

  void Complete(std::vector<Completion> completions) override {
    engine_.Complete(session_, std::move(completions));
  }

  void Heartbeat(std::vector<TaskRef> tasks) override {
    engine_.matcher_->Heartbeat(session_, tasks, engine_.Now());
  }

  void Return(std::vector<TaskRef> tasks) override {
    engine_.matcher_->Return(session_, tasks, engine_.Now());
  }

 private:
  EngineImpl& engine_;
  const NamespaceId namespace_id_;
  SessionId session_ = 0;
};

std::unique_ptr<WorkerSession> EngineImpl::ConnectWorker(WorkerHello hello, TaskSink& sink) {
  return std::make_unique<EngineWorkerSession>(*this, hello, sink);
}

// A function announced once is known for ever: its tasks wait for a worker.
void EngineImpl::AnnounceFunctions(NamespaceId namespace_id,
                                   const std::vector<std::string>& functions) {
  const std::vector<std::string> added = matcher_->AddNewFunctions(namespace_id, functions);
  if (added.empty()) return;
  storage::ShardBatch batch{.shard = rows::kCatalogShard};
  for (const std::string& function : added) {
    std::string value;
    Encoder(value).SignedVarint(ToMicros(clock_->Now()));
    batch.writes.Put(
        storage::Family::kIndex, rows::FunctionKey(namespace_id, function), std::move(value));
  }
  // Lost only together with the process: then the worker announces it again.
  static_cast<void>(storage::CommitAndWait(*storage_, std::move(batch)).ok());
}

void EngineImpl::Complete(SessionId session, std::vector<Completion> completions) {
  if (completions.empty()) return;
  tasks_completed_ += completions.size();
  const Timestamp now = clock_->Now();
  auto acks = std::make_shared<AckBatch>(*matcher_, session, completions.size());
  std::vector<std::vector<std::pair<ShardId, ShardRequest>>> posts(runners_.size());
  for (auto& post : posts)
    post.reserve(completions.size());
  for (std::size_t i = 0; i < completions.size(); ++i) {
    Completion& completion = completions[i];
    const TaskRef ref = completion.ref;
    if (FunctionCalls::Owns(ref)) {
      Sanitize(completion, options_.limits.payload_bytes_max);
      const std::uint64_t version = matcher_->Completing(session, ref, now).version;
      const bool is_waited_for = calls_->End(std::move(completion), version);
      acks->OnOutcome(
          i,
          {.ref = ref,
           .outcome = is_waited_for ? CompletionOutcome::kAccepted : CompletionOutcome::kSettled});
      continue;
    }
    if (ref.execution.shard.value >= rows::kShards) {
      acks->OnOutcome(i, {.ref = ref, .outcome = CompletionOutcome::kSettled});
      continue;
    }
    Sanitize(completion, options_.limits.payload_bytes_max);
    const Matcher::Ending ending = matcher_->Completing(session, ref, now);
    posts[ref.execution.shard.value % runners_.size()].emplace_back(
        ref.execution.shard,
        CompletionCommand{.completion = std::move(completion),
                          .lease = ending.lease,
                          .function_version = ending.version,
                          .listener = acks,
                          .place = i});
  }
  for (std::size_t i = 0; i < posts.size(); ++i) {
    runners_[i]->executor->PostAll(std::move(posts[i]));
  }
}

}  // namespace pawl::runtime

namespace pawl {

std::string EncodeTaskRef(const TaskRef& ref) {
  std::string bytes;
  Encoder encoder(bytes);
  encoder.Varint(ref.execution.shard.value);
  encoder.BigEndian64(ref.execution.number.value);
  encoder.Varint(ref.frame.value);
  encoder.Varint(ref.wait_number);
  return bytes;
}

std::optional<TaskRef> DecodeTaskRef(std::string_view bytes) {
  Decoder decoder(bytes);
  const std::uint64_t shard = decoder.Varint();
  TaskRef ref;
  ref.execution.number = ExecutionNumber{decoder.BigEndian64()};
  ref.frame = FrameNumber{decoder.Varint32()};
  ref.wait_number = decoder.Varint32();
  const bool is_known = shard < rows::kShards || shard == runtime::kCallShard.value;
  if (!decoder.Finished() || !is_known) return std::nullopt;
  ref.execution.shard = ShardId{static_cast<std::uint16_t>(shard)};
  return ref;
}

}  // namespace pawl
