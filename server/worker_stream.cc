#include "server/worker_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/asl/state_machine.h"
#include "engine/base/check.h"
#include "engine/base/hash.h"
#include "engine/base/utf8.h"
#include "engine/runtime/error_text.h"
#include "server/caller.h"
#include "server/rpc_status.h"
#include "server/version.h"
#include "server/wire.h"

namespace pawl::server {
namespace {

// What a task weighs in memory beside its payload.
constexpr std::size_t kTaskBytes = 512;

std::size_t BytesOf(const Task& task) {
  return task.payload.size() + kTaskBytes;
}

// The first `characters_max` characters of a text in UTF-8.
std::string FirstCharacters(std::string text, std::size_t characters_max) {
  if (text.size() <= characters_max) return text;
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U) continue;
    if (++characters > characters_max) {
      text.resize(i);
      break;
    }
  }
  return text;
}

void FillCompletion(const TaskRef& ref, v1::Completion& wire, Completion& completion) {
  completion.ref = ref;
  if (!wire.log_tail().empty()) completion.log_tail = std::move(*wire.mutable_log_tail());
  if (wire.has_output() && wire.error().empty()) {
    completion.output = Bytes(std::move(*wire.mutable_output()));
  } else if (!wire.has_output() && !wire.error().empty()) {
    completion.error = FirstCharacters(ToValidUtf8(std::move(*wire.mutable_error())),
                                       runtime::kErrorCharactersMax);
    completion.cause = FirstCharacters(ToValidUtf8(std::move(*wire.mutable_cause())),
                                       runtime::kCauseCharactersMax);
  } else {
    // Ending the stream would not help: the worker would connect and send it again.
    completion.error = "Lambda.Unknown";
    completion.cause = wire.has_output()
                           ? "The worker answered with a result and an error at once."
                           : "The worker answered with neither a result nor an error.";
  }
}

// A function's text must neither forge lines of the server's log nor steer a terminal.
std::string PlainText(std::string_view text) {
  std::string plain = ToValidUtf8(std::string(text.substr(0, kLogLineBytesMax)));
  for (char& character : plain) {
    const auto byte = static_cast<unsigned char>(character);
    if ((byte < 0x20 && character != '\t') || byte == 0x7F) character = '?';
  }
  return plain;
}

void FillTask(std::uint64_t id, std::uint32_t function_id, const Task& task, v1::Task& wire) {
  wire.set_id(id);
  wire.set_ref(EncodeTaskRef(task.ref));
  wire.set_function_id(function_id);
  wire.set_qualifier(task.qualifier);
  const std::string_view payload = task.payload.view();
  wire.set_payload(payload.data(), payload.size());
  wire.set_request_id(task.request_id);
  if (task.deadline) *wire.mutable_deadline() = ToWire(*task.deadline);
  if (task.heartbeat) *wire.mutable_heartbeat() = ToWire(*task.heartbeat);
  wire.set_state_machine(task.execution.state_machine);
  wire.set_execution(task.execution.name);
  wire.set_state(task.state);
  wire.set_redeliveries(task.redeliveries);
  wire.set_wants_log(task.wants_log);
  wire.set_client_context(task.client_context);
}

template <typename Field>
void Append(std::vector<std::uint64_t>& ids, Field& field) {
  field.Add(ids.begin(), ids.end());
  ids.clear();
}

}  // namespace

std::size_t WorkerStream::TaskRefHash::operator()(const TaskRef& ref) const {
  return HashCombine(ref.execution.number.value ^ (std::uint64_t{ref.execution.shard.value} << 48U),
                     (std::uint64_t{ref.frame.value} << 32U) | ref.wait_number);
}

WorkerStream::WorkerStream(Engine& engine,
                           platform::Clock& clock,
                           const WorkerLog& log,
                           rpc::OpenStreams& streams,
                           rpc::Call& call)
    : engine_(engine),
      clock_(clock),
      log_(log),
      streams_(streams),
      call_(call),
      writes_(call, [this](v1::WorkResponse& response, bool may_wait) {
        return Fill(response, may_wait);
      }) {
  call_.Read();
  streams_.Add(*this);
}

WorkerStream::~WorkerStream() {
  streams_.Remove(*this);
  session_.reset();
}

// --- The call ---

void WorkerStream::OnRead(grpc::ByteBuffer* message) {
  if (message == nullptr) return writes_.EndAfterWrites(grpc::Status::OK);
  if (const grpc::Status parsed = rpc::Parse(*message, request_); !parsed.ok()) {
    return writes_.EndNow(parsed);
  }
  if (const Status status = Handle(request_); !status.ok()) {
    return writes_.EndNow(ToGrpcStatus(status));
  }
  call_.Read();
}

void WorkerStream::OnWritten(bool ok) {
  if (ok) Resume();
  writes_.OnWritten(ok);
}

void WorkerStream::Stop() {
  {
    const MutexLock lock(mutex_);
    must_drain_ = true;
  }
  writes_.EndAfterWrites(
      ToGrpcStatus(Unavailable("the server is stopping; connect again and name in hello.held what "
                               "is still running")));
}

// --- From the worker ---

Status WorkerStream::Handle(v1::WorkRequest& request) {
  if (!session_) {
    if (!request.has_hello()) {
      return InvalidArgument("hello: is required in the first message of the stream", "hello");
    }
    RETURN_IF_ERROR(Begin(request.hello()));
  } else if (request.has_hello()) {
    return InvalidArgument("hello: stands in the first message of the stream only", "hello");
  }
  if (request.has_announce()) RETURN_IF_ERROR(Announce(request.announce()));
  if (request.completions_size() > 0) RETURN_IF_ERROR(Complete(*request.mutable_completions()));
  if (request.returns_size() > 0) Return(request.returns());
  if (request.heartbeats_size() > 0) RETURN_IF_ERROR(Heartbeat(request.heartbeats()));
  if (request.credits_size() > 0) RETURN_IF_ERROR(Grant(request.credits()));
  if (request.log_lines_size() > 0) Log(request.log_lines());
  if (request.has_drain()) Drain();
  if (request.code_piece_requests_size() > 0) {
    RETURN_IF_ERROR(AskForCode(request.code_piece_requests()));
  }
  return {};
}

Status WorkerStream::Begin(const v1::Hello& hello) {
  ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(call_.context(), hello.namespace_()));
  if (hello.worker().size() > kWorkerNameBytesMax) {
    return InvalidArgument(fmt::format("hello.worker: has {} bytes; at most {} would be right",
                                       hello.worker().size(),
                                       kWorkerNameBytesMax),
                           "hello.worker");
  }
  if (hello.held_size() > kHeldTasksMax) {
    return InvalidArgument(fmt::format("hello.held: has {} tasks; at most {} would be right",
                                       hello.held_size(),
                                       kHeldTasksMax),
                           "hello.held");
  }
  worker_ = PlainText(hello.worker());
  WorkerHello session_hello;
  namespace_id_ = caller.namespace_id;
  session_hello.namespace_id = caller.namespace_id;
  session_hello.takes_deployed = hello.takes_deployed();
  session_hello.worker = hello.worker();
  ASSIGN_OR_RETURN(session_hello.functions, Functions(hello.functions()));
  {
    const MutexLock lock(mutex_);
    must_welcome_ = true;
    for (const std::string& bytes : hello.held()) {
      const std::optional<TaskRef> ref = DecodeTaskRef(bytes);
      if (ref && !task_ids_.contains(*ref)) {
        Number(*ref);
        session_hello.held.push_back(*ref);
      } else {
        // No task of ours, or named twice: the worker learns that nothing waits for it.
        cancels_.push_back(next_task_id_++);
      }
    }
  }
  // From here on the engine may deliver, cancel and acknowledge.
  session_ = engine_.ConnectWorker(std::move(session_hello), *this);
  writes_.Wake();
  return {};
}

Status WorkerStream::Announce(const v1::Announce& announce) {
  ASSIGN_OR_RETURN(std::vector<std::string> functions, Functions(announce.functions()));
  session_->Announce(std::move(functions));
  return {};
}

Result<std::vector<std::string>> WorkerStream::Functions(
    const google::protobuf::RepeatedPtrField<v1::Function>& functions) {
  std::vector<std::string> names;
  names.reserve(static_cast<std::size_t>(functions.size()));
  const MutexLock lock(mutex_);
  for (const v1::Function& function : functions) {
    if (function.id() < 1 || function.id() > kFunctionIdMax) {
      return InvalidArgument(
          fmt::format("functions.id: {} is not between 1 and {}", function.id(), kFunctionIdMax),
          "functions.id");
    }
    if (function.name().empty() || function.name().size() > kFunctionNameBytesMax) {
      return InvalidArgument(fmt::format("functions.name: has {} bytes; 1 to {} would be right",
                                         function.name().size(),
                                         kFunctionNameBytesMax),
                             "functions.name");
    }
    // Its tasks are matched by this name, and go to those who poll for them.
    if (asl::ActivityOf(function.name())) {
      return InvalidArgument(
          fmt::format("functions.name: '{}' is an activity; take its tasks with GetActivityTask",
                      function.name()),
          "functions.name");
    }
    const auto [entry, is_new] = functions_.emplace(function.id(), function.name());
    if (!is_new && entry->second != function.name()) {
      return InvalidArgument(
          fmt::format("functions.id: {} stands for '{}' on this stream and cannot stand for '{}'",
                      function.id(),
                      entry->second,
                      function.name()),
          "functions.id");
    }
    if (functions_.size() > kFunctionsMax) {
      return ResourceExhausted(fmt::format(
          "functions: more than {} were announced on this stream; connect again", kFunctionsMax));
    }
    function_ids_[function.name()] = function.id();
    names.push_back(function.name());
  }
  return names;
}

Status WorkerStream::Complete(google::protobuf::RepeatedPtrField<v1::Completion>& completions) {
  std::vector<Completion> known;
  known.reserve(static_cast<std::size_t>(completions.size()));
  bool has_unknown = false;
  {
    const MutexLock lock(mutex_);
    for (v1::Completion& completion : completions) {
      const auto given = given_.find(completion.task_id());
      if (given == given_.end()) {
        settled_.push_back(completion.task_id());
        has_unknown = true;
        continue;
      }
      if (given->second.is_completing) continue;
      given->second.is_completing = true;
      FillCompletion(given->second.ref, completion, known.emplace_back());
    }
  }
  if (has_unknown) writes_.Wake();
  if (!known.empty()) session_->Complete(std::move(known));
  return {};
}

void WorkerStream::Return(const google::protobuf::RepeatedField<std::uint64_t>& task_ids) {
  std::vector<TaskRef> refs;
  {
    const MutexLock lock(mutex_);
    for (const std::uint64_t task_id : task_ids) {
      const auto given = given_.find(task_id);
      if (given == given_.end()) continue;
      refs.push_back(given->second.ref);
      Forget(task_id);
    }
  }
  if (!refs.empty()) session_->Return(std::move(refs));
}

Status WorkerStream::Heartbeat(
    const google::protobuf::RepeatedPtrField<v1::Heartbeat>& heartbeats) {
  std::vector<TaskRef> refs;
  {
    const MutexLock lock(mutex_);
    for (const v1::Heartbeat& heartbeat : heartbeats) {
      if (heartbeat.details().size() > kHeartbeatDetailsBytesMax) {
        return InvalidArgument(
            fmt::format("heartbeats.details: has {} bytes; at most {} would be right",
                        heartbeat.details().size(),
                        kHeartbeatDetailsBytesMax),
            "heartbeats.details");
      }
      const auto given = given_.find(heartbeat.task_id());
      if (given != given_.end()) refs.push_back(given->second.ref);
    }
  }
  if (!refs.empty()) session_->Heartbeat(std::move(refs));
  return {};
}

Status WorkerStream::Grant(const google::protobuf::RepeatedPtrField<v1::Credit>& credits) {
  {
    const MutexLock lock(mutex_);
    for (const v1::Credit& credit : credits) {
      const auto function = functions_.find(credit.function_id());
      if (function == functions_.end()) {
        return InvalidArgument(
            fmt::format("credits.function_id: {} was not announced on this stream",
                        credit.function_id()),
            "credits.function_id");
      }
      if (credit.count() < 1 || credit.count() > kCreditsMax) {
        return InvalidArgument(
            fmt::format("credits.count: {} is not between 1 and {}", credit.count(), kCreditsMax),
            "credits.count");
      }
      if (is_draining_) continue;
      std::uint32_t& held = held_credits_[function->second];
      held = std::min(held + credit.count(), kCreditsMax);
    }
  }
  Resume();
  return {};
}

Status WorkerStream::AskForCode(
    const google::protobuf::RepeatedPtrField<v1::CodePieceRequest>& requests) {
  {
    const MutexLock lock(mutex_);
    RETURN_IF_ERROR(deployed_.Ask(requests));
  }
  writes_.Wake();
  return {};
}

void WorkerStream::Log(const google::protobuf::RepeatedPtrField<v1::LogLine>& lines) {
  const std::chrono::nanoseconds now = clock_.MonotonicNow();
  if (now - log_second_ >= std::chrono::seconds(1)) {
    if (log_lines_ > kLogLinesPerSecondMax) {
      log_({.worker = worker_,
            .text = fmt::format("{} more lines were dropped", log_lines_ - kLogLinesPerSecondMax),
            .is_error = true});
    }
    log_second_ = now;
    log_lines_ = 0;
  }
  for (const v1::LogLine& line : lines) {
    if (++log_lines_ > kLogLinesPerSecondMax) continue;
    log_({.worker = worker_, .text = PlainText(line.text()), .is_error = line.is_error()});
  }
}

void WorkerStream::Drain() {
  std::vector<TaskRef> refs;
  {
    const MutexLock lock(mutex_);
    is_draining_ = true;
    held_credits_.clear();
    for (const Unsent& unsent : unsent_) {
      if (!unsent.is_cancelled) refs.push_back(unsent.task.ref);
    }
    unsent_.clear();
    unsent_bytes_ = 0;
  }
  session_->Announce({});
  if (!refs.empty()) session_->Return(std::move(refs));
}

void WorkerStream::Resume() {
  std::vector<TaskRef> surplus;
  std::vector<FunctionCredit> credits;
  {
    const MutexLock lock(mutex_);
    surplus.swap(surplus_);
    if (unsent_bytes_ <= kUnsentBytesSoftMax) {
      for (const auto& [function, count] : held_credits_) {
        credits.push_back({.function = function, .credits = count});
      }
      held_credits_.clear();
    }
  }
  if (!surplus.empty()) session_->Return(std::move(surplus));
  if (!credits.empty()) session_->Grant(std::move(credits));
}

// --- From the engine ---

void WorkerStream::Deliver(std::vector<Task> tasks) {
  {
    const MutexLock lock(mutex_);
    for (Task& task : tasks) {
      const std::size_t bytes = BytesOf(task);
      if (unsent_bytes_ + bytes > kUnsentBytesHardMax) {
        // So much waits only while a write is outstanding; its end gives the task back, and the
        // credit anew when there is room.
        ++held_credits_[task.function];
        surplus_.push_back(task.ref);
        continue;
      }
      unsent_bytes_ += bytes;
      unsent_.emplace_back().task = std::move(task);
    }
  }
  writes_.Wake();
}

void WorkerStream::Cancel(std::vector<TaskRef> tasks) {
  {
    const MutexLock lock(mutex_);
    for (const TaskRef& ref : tasks) {
      if (const auto given = task_ids_.find(ref); given != task_ids_.end()) {
        cancels_.push_back(given->second);
        Forget(given->second);
        continue;
      }
      const auto found = std::find_if(unsent_.begin(), unsent_.end(), [&](const Unsent& unsent) {
        return unsent.task.ref == ref;
      });
      if (found == unsent_.end()) continue;
      found->is_cancelled = true;
      unsent_bytes_ -= found->task.payload.size();
      found->task.payload = {};
    }
  }
  writes_.Wake();
}

void WorkerStream::Acknowledge(std::vector<CompletionAck> acks) {
  {
    const MutexLock lock(mutex_);
    for (const CompletionAck& ack : acks) {
      const auto found = task_ids_.find(ack.ref);
      if (found == task_ids_.end()) continue;
      const std::uint64_t task_id = found->second;
      switch (ack.outcome) {
        case CompletionOutcome::kAccepted:
          accepted_.push_back(task_id);
          Forget(task_id);
          break;
        case CompletionOutcome::kSettled:
          settled_.push_back(task_id);
          Forget(task_id);
          break;
        case CompletionOutcome::kRefused:
          refused_.push_back(task_id);
          given_.at(task_id).is_completing = false;
          break;
      }
    }
  }
  // The worker only forgets what it kept: the task that follows is more urgent.
  writes_.WakeSoon();
}

void WorkerStream::Provide(std::vector<RunnableFunction> functions) {
  {
    const MutexLock lock(mutex_);
    deployed_.Provide(std::move(functions));
  }
  writes_.Wake();
}

// --- To the worker ---

std::uint64_t WorkerStream::Number(const TaskRef& ref) {
  const std::uint64_t task_id = next_task_id_++;
  const auto [entry, is_new] = task_ids_.emplace(ref, task_id);
  if (!is_new) {
    // The attempt was offered again to the worker that had it: the new number is the one that
    // counts.
    cancels_.push_back(entry->second);
    given_.erase(entry->second);
    entry->second = task_id;
  }
  given_.emplace(task_id, Given{.ref = ref});
  return task_id;
}

void WorkerStream::Forget(std::uint64_t task_id) {
  const auto given = given_.find(task_id);
  if (given == given_.end()) return;
  task_ids_.erase(given->second.ref);
  given_.erase(given);
}

std::list<WorkerStream::Unsent> WorkerStream::TakeTasks(std::size_t bytes_max) {
  std::list<Unsent> tasks;
  std::size_t bytes = 0;
  while (!unsent_.empty() && tasks.size() < kTasksPerMessageMax && bytes < bytes_max) {
    Unsent& unsent = unsent_.front();
    bytes += BytesOf(unsent.task);
    const auto function = function_ids_.find(unsent.task.function);
    PAWL_CHECK_MESSAGE(function != function_ids_.end(), "a task of a function never announced");
    unsent.function_id = function->second;
    unsent.id = Number(unsent.task.ref);
    if (unsent.is_cancelled) {
      cancels_.push_back(unsent.id);
      Forget(unsent.id);
    }
    tasks.splice(tasks.end(), unsent_, unsent_.begin());
  }
  unsent_bytes_ -= bytes;
  return tasks;
}

rpc::Filled WorkerStream::Fill(v1::WorkResponse& response, bool may_wait) {
  std::list<Unsent> tasks;
  std::optional<v1::CodePieceRequest> wanted;
  bool must_wait = false;
  bool must_welcome = false;
  {
    const MutexLock lock(mutex_);
    must_welcome = std::exchange(must_welcome_, false);
    if (std::exchange(must_drain_, false)) response.mutable_drain();
    // Before the lists of numbers: it may add to the cancels.
    tasks = TakeTasks(kWorkMessageBytesMax - deployed_.bytes_wanted());
    Append(accepted_, *response.mutable_accepted());
    Append(settled_, *response.mutable_settled());
    Append(refused_, *response.mutable_refused());
    Append(cancels_, *response.mutable_cancels());
    if (!deployed_.FillFunctions(response) && may_wait) wanted = deployed_.TakeRequest();
    must_wait = !may_wait && deployed_.has_requests();
  }
  if (wanted) *response.add_code_pieces() = ReadPiece(engine_.Functions(), namespace_id_, *wanted);
  if (must_welcome) {
    v1::Welcome& welcome = *response.mutable_welcome();
    welcome.set_server_version(kVersion);
    *welcome.mutable_server_time() = ToWire(clock_.WallNow());
    welcome.set_payload_bytes_max(engine_.options().limits.payload_bytes_max);
    *welcome.mutable_reconnect_window() = ToWire(engine_.options().reconnect_window);
    welcome.set_function_arn_prefix(interpreter::FunctionArn(engine_.options().arns, "", ""));
  }
  for (const Unsent& unsent : tasks)
    FillTask(unsent.id, unsent.function_id, unsent.task, *response.add_tasks());
  const bool is_anything =
      response.has_welcome() || response.has_drain() || response.tasks_size() > 0 ||
      response.accepted_size() > 0 || response.settled_size() > 0 || response.refused_size() > 0 ||
      response.cancels_size() > 0 || response.has_provided() || response.code_pieces_size() > 0;
  if (is_anything) return rpc::Filled::kMessage;
  return must_wait ? rpc::Filled::kMustWait : rpc::Filled::kNothing;
}

}  // namespace pawl::server
