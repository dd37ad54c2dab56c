#include "workers/task_ledger.h"

#include <algorithm>

namespace pawl::workers {
namespace {

using std::chrono::duration_cast;
using std::chrono::microseconds;

// What a held task weighs beside its payload.
constexpr std::size_t kTaskBytes = 256;
// The share of the newest invocation in the moving average.
constexpr double kNewestShare = 1.0 / 16;

Timestamp FromWire(const google::protobuf::Timestamp& time) {
  return FromMicros(time.seconds() * 1'000'000 + time.nanos() / 1000);
}

microseconds FromWire(const google::protobuf::Duration& duration) {
  return microseconds(duration.seconds() * 1'000'000 + duration.nanos() / 1000);
}

// The first `characters_max` characters of a text in UTF-8.
void KeepCharacters(std::string& text, std::size_t characters_max) {
  if (text.size() <= characters_max) return;
  std::size_t characters = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U) continue;
    if (++characters > characters_max) {
      text.resize(i);
      return;
    }
  }
}

// The first bytes of a text in UTF-8, without half a character at the end.
std::string_view FirstBytes(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xC0U) == 0x80U)
    --bytes_max;
  return text.substr(0, bytes_max);
}

}  // namespace

TaskLedger::TaskLedger(std::string worker, std::string namespace_name, bool takes_deployed)
    : worker_(std::move(worker)),
      namespace_(std::move(namespace_name)),
      takes_deployed_(takes_deployed) {}

// --- Functions ---

void TaskLedger::SetFunction(const std::string& name,
                             std::uint32_t concurrency,
                             const std::string& arn) {
  const auto next_id = static_cast<std::uint32_t>(functions_.size() + 1);
  const auto [entry, is_new] = function_ids_.emplace(name, next_id);
  Function& function = functions_[entry->second];
  must_announce_ = must_announce_ || is_new || !function.is_served ||
                   function.concurrency != std::max(concurrency, 1U);
  function.name = name;
  function.arn = arn;
  function.concurrency = std::max(concurrency, 1U);
  function.is_served = true;
  function.mean_micros = -1;
}

void TaskLedger::RemoveFunction(const std::string& name) {
  const auto found = function_ids_.find(name);
  if (found == function_ids_.end()) return;
  functions_.at(found->second).is_served = false;
  must_announce_ = true;
}

// --- The stream ---

v1::WorkRequest TaskLedger::Open() {
  is_open_ = true;
  must_announce_ = false;
  must_drain_ = is_draining_;
  credits_ = 0;
  for (auto& [id, function] : functions_)
    function.credits = 0;
  by_stream_id_.clear();
  completions_.clear();
  refused_.clear();
  returns_.clear();

  v1::WorkRequest request;
  v1::Hello& hello = *request.mutable_hello();
  hello.set_worker(worker_);
  hello.set_namespace_(namespace_);
  hello.set_takes_deployed(takes_deployed_ && !is_draining_);
  if (!is_draining_) AddFunctions(*hello.mutable_functions());
  std::uint64_t stream_id = 0;
  for (auto& [id, held] : held_) {
    held.stream_id = 0;
    if (held.is_abandoned || stream_id == kHelloHeldMax) continue;
    held.stream_id = ++stream_id;
    by_stream_id_.emplace(stream_id, id);
    hello.add_held(held.ref);
    if (held.is_done) completions_.push_back(id);
  }
  return request;
}

WorkOrders TaskLedger::Take(v1::WorkResponse& response, SteadyTime now) {
  WorkOrders orders;
  if (response.has_welcome()) {
    TakeWelcome(response.welcome(), now);
    orders.is_welcome = true;
  }
  orders.run.reserve(static_cast<std::size_t>(response.tasks_size()));
  for (v1::Task& task : *response.mutable_tasks())
    TakeTask(task, now, orders);
  for (const auto* ids : {&response.accepted(), &response.settled()}) {
    for (const std::uint64_t stream_id : *ids) {
      const auto held = FindOnStream(stream_id);
      if (held != held_.end() && held->second.is_done) Forget(held);
    }
  }
  for (const std::uint64_t stream_id : response.refused()) {
    const auto held = FindOnStream(stream_id);
    if (held != held_.end()) refused_.emplace_back(now + kRefusedRetry, held->first);
  }
  for (const std::uint64_t stream_id : response.cancels()) {
    const auto held = FindOnStream(stream_id);
    if (held == held_.end()) continue;
    if (!held->second.is_done) orders.cancel.push_back(held->first);
    Settle(held);
  }
  orders.is_server_stopping = response.has_drain();
  return orders;
}

void TaskLedger::TakeWelcome(const v1::Welcome& welcome, SteadyTime now) {
  server_time_ = FromWire(welcome.server_time());
  server_time_at_ = now;
  arn_prefix_ = welcome.function_arn_prefix();
  if (welcome.payload_bytes_max() > 0) {
    payload_bytes_max_ = std::min<std::uint64_t>(welcome.payload_bytes_max(), kResultBytesMax);
  }
}

std::string TaskLedger::InvokedArn(const Function& function, const std::string& qualifier) const {
  const bool is_own = function.arn.empty();
  if (is_own ? arn_prefix_.empty() : qualifier.empty()) return "";
  std::string arn = is_own ? arn_prefix_ + function.name : function.arn;
  if (!qualifier.empty()) arn += ":" + qualifier;
  return arn;
}

void TaskLedger::TakeTask(v1::Task& task, SteadyTime now, WorkOrders& orders) {
  const auto function = functions_.find(task.function_id());
  if (function == functions_.end()) {
    returns_.push_back(task.id());
    return;
  }
  if (function->second.credits > 0) {
    --function->second.credits;
    --credits_;
  }
  if (const auto known = by_ref_.find(task.ref()); known != by_ref_.end()) {
    // The attempt is offered to the worker that already has it: it goes by a new number.
    Held& held = held_.at(known->second);
    by_stream_id_.erase(held.stream_id);
    held.stream_id = task.id();
    by_stream_id_.emplace(task.id(), known->second);
    if (held.is_done) completions_.push_back(known->second);
    return;
  }
  if (is_draining_ || !function->second.is_served) {
    returns_.push_back(task.id());
    return;
  }
  const std::uint64_t id = next_id_++;
  Held held;
  held.stream_id = task.id();
  held.ref = task.ref();
  held.request_id = task.request_id();
  held.function_id = task.function_id();
  held.bytes = task.payload().size() + task.client_context().size() + kTaskBytes;
  if (task.has_heartbeat()) {
    held.heartbeat_every = std::max(FromWire(task.heartbeat()) / 3, microseconds(1000));
    held.next_heartbeat = now + held.heartbeat_every;
    heartbeats_.emplace(held.next_heartbeat, id);
  }
  Invocation call;
  call.id = id;
  call.function = function->second.name;
  call.request_id = std::move(*task.mutable_request_id());
  call.invoked_arn = InvokedArn(function->second, task.qualifier());
  call.event = Bytes(std::move(*task.mutable_payload()));
  call.client_context = std::move(*task.mutable_client_context());
  call.wants_log = task.wants_log();
  if (task.has_deadline()) {
    call.deadline = server_time_at_ + (FromWire(task.deadline()) - server_time_);
  }
  held_bytes_ += held.bytes;
  ++running_;
  ++function->second.running;
  by_stream_id_.emplace(held.stream_id, id);
  by_ref_.emplace(held.ref, id);
  held_.emplace(id, std::move(held));
  orders.run.push_back(std::move(call));
}

TaskLedger::HeldMap::iterator TaskLedger::FindOnStream(std::uint64_t stream_id) {
  const auto found = by_stream_id_.find(stream_id);
  return found == by_stream_id_.end() ? held_.end() : held_.find(found->second);
}

void TaskLedger::Settle(HeldMap::iterator held) {
  if (held->second.is_done) {
    Forget(held);
    return;
  }
  by_stream_id_.erase(held->second.stream_id);
  by_ref_.erase(held->second.ref);
  heartbeats_.erase({held->second.next_heartbeat, held->first});
  held->second.stream_id = 0;
  held->second.is_abandoned = true;
}

void TaskLedger::Forget(HeldMap::iterator held) {
  Held& task = held->second;
  held_bytes_ -= task.bytes;
  if (!task.is_abandoned) {
    by_stream_id_.erase(task.stream_id);
    by_ref_.erase(task.ref);
    heartbeats_.erase({task.next_heartbeat, held->first});
  }
  held_.erase(held);
}

// --- The pool ---

void TaskLedger::LeavePool(Held& held, microseconds duration, bool has_run) {
  Function& function = functions_.at(held.function_id);
  --running_;
  --function.running;
  if (!has_run) return;
  const auto micros = static_cast<double>(duration.count());
  function.mean_micros =
      function.mean_micros < 0
          ? micros
          : function.mean_micros + kNewestShare * (micros - function.mean_micros);
}

void TaskLedger::MarkDone(std::uint64_t id, Held& held) {
  held.is_done = true;
  const std::size_t bytes =
      kTaskBytes + held.log_tail.size() + (held.output ? held.output->size() : held.cause.size());
  held_bytes_ += bytes - held.bytes;
  held.bytes = bytes;
  if (held.stream_id != 0) completions_.push_back(id);
}

void TaskLedger::Finish(std::vector<InvocationResult> results) {
  for (InvocationResult& result : results) {
    const auto found = held_.find(result.id);
    if (found == held_.end() || found->second.is_done) continue;
    Held& held = found->second;
    const bool has_run =
        result.outcome == Outcome::kSucceeded || result.outcome == Outcome::kFailed;
    LeavePool(held, result.duration, has_run);
    if (held.is_abandoned || result.outcome == Outcome::kCancelled) {
      // Past its deadline: the server times the state out by itself.
      Forget(found);
      continue;
    }
    if (result.outcome == Outcome::kReturned) {
      if (held.stream_id != 0) returns_.push_back(held.stream_id);
      Forget(found);
      continue;
    }
    held.log_tail = std::move(result.log_tail);
    if (result.outcome == Outcome::kFailed) {
      held.error = std::move(result.error);
      held.cause = std::move(result.payload);
      KeepCharacters(held.cause, kCauseCharactersMax);
    } else if (result.payload.size() > payload_bytes_max_) {
      // The engine finds the words: it knows what the state calls the function.
      held.error = "States.DataLimitExceeded";
    } else {
      held.output = std::move(result.payload);
    }
    MarkDone(result.id, held);
  }
}

void TaskLedger::Return(const std::vector<std::uint64_t>& ids) {
  std::vector<InvocationResult> results(ids.size());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    results[i].id = ids[i];
    results[i].outcome = Outcome::kReturned;
  }
  Finish(std::move(results));
}

void TaskLedger::Fail(std::uint64_t id, std::string error, std::string cause) {
  std::vector<InvocationResult> results(1);
  results[0].id = id;
  results[0].outcome = Outcome::kFailed;
  results[0].error = std::move(error);
  results[0].payload = std::move(cause);
  Finish(std::move(results));
}

void TaskLedger::Log(const std::vector<LogLine>& lines, Timestamp at) {
  std::unordered_map<std::string_view, std::uint64_t> tasks;
  for (const LogLine& line : lines)
    tasks.emplace(line.request_id, 0);
  for (const auto& [id, held] : held_) {
    const auto task = tasks.find(held.request_id);
    if (task != tasks.end()) task->second = held.stream_id;
  }
  for (const LogLine& line : lines) {
    std::string_view rest = line.text;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find('\n'), rest.size());
      const std::string_view text = rest.substr(0, end);
      rest.remove_prefix(std::min(end + 1, rest.size()));
      if (log_lines_.size() >= kLogLinesMax || log_bytes_ + text.size() > kLogBytesMax) {
        ++log_lines_dropped_;
        continue;
      }
      v1::LogLine& wire = log_lines_.emplace_back();
      wire.set_task_id(tasks.at(line.request_id));
      wire.mutable_time()->set_seconds(ToMicros(at) / 1'000'000);
      wire.mutable_time()->set_nanos(static_cast<std::int32_t>(ToMicros(at) % 1'000'000 * 1000));
      wire.set_text(
          std::string(FirstBytes(line.function + ": " + std::string(text), kLogLineTextMax)));
      wire.set_is_error(line.stream == LogStream::kStderr);
      log_bytes_ += text.size();
    }
  }
}

void TaskLedger::Drain() {
  if (is_draining_) return;
  is_draining_ = true;
  must_drain_ = true;
}

// --- To the server ---

bool TaskLedger::has_news() const {
  if (!is_open_) return false;
  if (must_announce_ || must_drain_ || !completions_.empty() || !returns_.empty()) return true;
  if (!log_lines_.empty() || log_lines_dropped_ > 0) return true;
  return !is_draining_ && std::any_of(functions_.begin(), functions_.end(), [&](const auto& entry) {
    return CreditsFor(entry.second) > 0;
  });
}

bool TaskLedger::Fill(v1::WorkRequest& request, SteadyTime now) {
  if (!is_open_) return false;
  if (must_announce_ && !is_draining_) FillAnnounce(request);
  FillCompletions(request, now);
  request.mutable_returns()->Add(returns_.begin(), returns_.end());
  returns_.clear();
  FillHeartbeats(request, now);
  if (!is_draining_) FillCredits(request);
  for (; !log_lines_.empty() && request.log_lines_size() < 100; log_lines_.pop_front()) {
    log_bytes_ -= std::min(log_bytes_, log_lines_.front().text().size());
    *request.add_log_lines() = std::move(log_lines_.front());
  }
  if (log_lines_dropped_ > 0 && log_lines_.empty()) {
    v1::LogLine& line = *request.add_log_lines();
    line.set_text(std::to_string(log_lines_dropped_) + " more lines were dropped");
    line.set_is_error(true);
    log_lines_dropped_ = 0;
  }
  if (std::exchange(must_drain_, false)) request.mutable_drain();
  return request.has_announce() || request.completions_size() > 0 || request.returns_size() > 0 ||
         request.heartbeats_size() > 0 || request.credits_size() > 0 ||
         request.log_lines_size() > 0 || request.has_drain();
}

void TaskLedger::FillAnnounce(v1::WorkRequest& request) {
  must_announce_ = false;
  AddFunctions(*request.mutable_announce()->mutable_functions());
}

void TaskLedger::AddFunctions(google::protobuf::RepeatedPtrField<v1::Function>& functions) const {
  for (const auto& [id, function] : functions_) {
    if (!function.is_served) continue;
    v1::Function& wire = *functions.Add();
    wire.set_id(id);
    wire.set_name(function.name);
    wire.set_concurrency(function.concurrency);
  }
}

void TaskLedger::FillCompletions(v1::WorkRequest& request, SteadyTime now) {
  while (!refused_.empty() && refused_.front().first <= now) {
    completions_.push_back(refused_.front().second);
    refused_.pop_front();
  }
  std::size_t bytes = 0;
  std::size_t count = 0;
  while (!completions_.empty() && count < kCompletionsPerMessageMax && bytes < kRequestBytesMax) {
    const auto found = held_.find(completions_.front());
    completions_.pop_front();
    // Cancelled meanwhile.
    if (found == held_.end() || found->second.stream_id == 0) continue;
    const Held& held = found->second;
    v1::Completion& completion = *request.add_completions();
    completion.set_task_id(held.stream_id);
    if (held.output) {
      completion.set_output(*held.output);
    } else {
      completion.set_error(held.error);
      completion.set_cause(held.cause);
    }
    if (!held.log_tail.empty()) completion.set_log_tail(held.log_tail);
    bytes += held.bytes;
    ++count;
  }
}

void TaskLedger::FillHeartbeats(v1::WorkRequest& request, SteadyTime now) {
  while (!heartbeats_.empty() && heartbeats_.begin()->first <= now) {
    const std::uint64_t id = heartbeats_.begin()->second;
    heartbeats_.erase(heartbeats_.begin());
    Held& held = held_.at(id);
    if (held.stream_id != 0) request.add_heartbeats()->set_task_id(held.stream_id);
    held.next_heartbeat = now + held.heartbeat_every;
    heartbeats_.emplace(held.next_heartbeat, id);
  }
}

std::uint32_t TaskLedger::Wanted(const Function& function) const {
  const std::uint32_t ahead = [&function] {
    if (function.mean_micros < 0) return 1U;
    const double fit =
        static_cast<double>(kWorkAhead.count()) / std::max(function.mean_micros, 1.0);
    return static_cast<std::uint32_t>(std::clamp(fit, 1.0, static_cast<double>(kTasksAheadMax)));
  }();
  const std::uint64_t most = std::min<std::uint64_t>(
      std::uint64_t{function.concurrency} * ahead, std::max(kTasksAtOnceMax, function.concurrency));
  const std::uint64_t has = std::uint64_t{function.running} + function.credits;
  return has >= most ? 0 : static_cast<std::uint32_t>(most - has);
}

std::uint32_t TaskLedger::CreditsFor(const Function& function) const {
  if (!function.is_served) return 0;
  const bool is_full =
      held_.size() + credits_ >= kHeldTasksSoftMax || held_bytes_ >= kHeldBytesSoftMax;
  const bool is_starving = function.credits + function.running == 0;
  return is_full ? (is_starving ? 1 : 0) : Wanted(function);
}

void TaskLedger::FillCredits(v1::WorkRequest& request) {
  for (auto& [id, function] : functions_) {
    const std::uint32_t count = CreditsFor(function);
    if (count == 0) continue;
    v1::Credit& credit = *request.add_credits();
    credit.set_function_id(id);
    credit.set_count(count);
    function.credits += count;
    credits_ += count;
  }
}

std::optional<SteadyTime> TaskLedger::NextDue() const {
  if (!is_open_) return std::nullopt;
  std::optional<SteadyTime> due;
  if (!refused_.empty()) due = refused_.front().first;
  if (!heartbeats_.empty() && (!due || heartbeats_.begin()->first < *due)) {
    due = heartbeats_.begin()->first;
  }
  return due;
}

bool TaskLedger::is_idle() const {
  // Without a stream there is nobody to be told.
  const bool is_drain_told = !is_open_ || !must_drain_;
  return held_.empty() && returns_.empty() && log_lines_.empty() && is_drain_told;
}

}  // namespace pawl::workers
