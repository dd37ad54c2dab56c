#include "server/execution_watch.h"

#include <fmt/format.h>

#include <utility>

#include "engine/base/hash.h"
#include "server/caller.h"
#include "server/rpc_status.h"
#include "server/wire.h"

namespace pawl::server {
namespace {

constexpr std::size_t kEventsPageSize = 1000;
// Of a request with more, the network's thread leaves the work to another one.
constexpr int kAddedAtOnce = 256;
// Executions taken from the queue under one lock, which an executor may wait for.
constexpr std::size_t kTakenAtOnce = 64;

bool IsClosed(const ExecutionChange& change) {
  return change.status != ExecutionStatus::kRunning;
}

}  // namespace

std::size_t ExecutionWatch::NameHash::operator()(const ExecutionName& name) const {
  return HashBytes(name.name, HashBytes(name.state_machine, name.namespace_id.value));
}

ExecutionWatch::ExecutionWatch(Engine& engine, rpc::OpenStreams& streams, rpc::Call& call)
    : engine_(engine),
      streams_(streams),
      call_(call),
      watch_(engine.StartWatch(*this)),
      writes_(call, [this](v1::WatchExecutionsResponse& response, bool may_wait) {
        return Fill(response, may_wait);
      }) {
  call_.Read();
  streams_.Add(*this);
}

ExecutionWatch::~ExecutionWatch() {
  streams_.Remove(*this);
  watch_.reset();
}

void ExecutionWatch::Stop() {
  writes_.EndAfterWrites(ToGrpcStatus(
      Unavailable("the server is stopping; watch again with the last event ids seen")));
}

void ExecutionWatch::OnRead(grpc::ByteBuffer* message) {
  if (message == nullptr) return writes_.EndAfterWrites(grpc::Status::OK);
  if (const grpc::Status parsed = rpc::Parse(*message, request_); !parsed.ok()) {
    return writes_.EndNow(parsed);
  }
  if (request_.add_size() + request_.remove_size() <= kAddedAtOnce) return HandleRequest();
  call_.RunLater([this] { HandleRequest(); });
}

void ExecutionWatch::HandleRequest() {
  if (const Status status = Handle(request_); !status.ok()) {
    return writes_.EndNow(ToGrpcStatus(status));
  }
  call_.Read();
}

Status ExecutionWatch::Handle(const v1::WatchExecutionsRequest& request) {
  if (!namespace_id_) {
    ASSIGN_OR_RETURN(const Caller caller, IdentifyCaller(call_.context(), request.namespace_()));
    namespace_id_ = caller.namespace_id;
  }
  for (const v1::WatchedExecution& wanted : request.add())
    Add(wanted);
  for (const std::uint64_t watch_id : request.remove())
    Remove(watch_id);
  const MutexLock lock(mutex_);
  if (failures_.size() > kWatchedExecutionsMax) {
    return ResourceExhausted(
        fmt::format("{} failures wait to be read; read the stream's responses while adding to it",
                    failures_.size()));
  }
  return {};
}

void ExecutionWatch::Add(const v1::WatchedExecution& wanted) {
  if (Status status = Register(wanted); !status.ok()) Fail(wanted.watch_id(), status);
}

Status ExecutionWatch::Register(const v1::WatchedExecution& wanted) {
  Target target;
  target.name = {.namespace_id = *namespace_id_,
                 .state_machine = wanted.state_machine(),
                 .name = wanted.execution()};
  target.is_only_close = wanted.only_close();
  target.has_events = wanted.with_events();
  target.is_without_payloads = wanted.without_payloads();
  target.cursor = wanted.after_event_id();
  const ExecutionName name = target.name;
  {
    const MutexLock lock(mutex_);
    if (targets_.size() >= kWatchedExecutionsMax) {
      return ResourceExhausted(
          fmt::format("add: {} executions are watched on this stream already, which is the most; "
                      "open another one",
                      kWatchedExecutionsMax));
    }
    if (targets_.contains(wanted.watch_id())) {
      return {StatusCode::kAlreadyExists,
              fmt::format("add.watch_id: {} is in use on this stream", wanted.watch_id()),
              "add.watch_id"};
    }
    if (!ids_.emplace(name, wanted.watch_id()).second) {
      return {StatusCode::kAlreadyExists,
              fmt::format("add.execution: '{}' is watched on this stream already, as {}",
                          name.name.substr(0, 80),
                          ids_.at(name)),
              "add.execution"};
    }
    targets_.emplace(wanted.watch_id(), std::move(target));
  }
  // The first change may come before this returns.
  watch_->TryAdd(name, wanted.only_close());
  return OkStatus();
}

void ExecutionWatch::Remove(std::uint64_t watch_id) {
  std::optional<ExecutionName> name;
  {
    const MutexLock lock(mutex_);
    const auto found = targets_.find(watch_id);
    // It closed in the meantime, or was never added; the same to the caller.
    if (found == targets_.end()) return;
    name = found->second.name;
    Forget(watch_id);
  }
  watch_->Remove(*name);
}

void ExecutionWatch::Fail(std::uint64_t watch_id, const Status& status) {
  v1::ExecutionChange change;
  change.set_watch_id(watch_id);
  *change.mutable_failure() = ToRpcStatus(status);
  {
    const MutexLock lock(mutex_);
    failures_.push_back(std::move(change));
  }
  writes_.Wake();
}

void ExecutionWatch::OnChanges(std::vector<ExecutionChange> changes) {
  {
    const MutexLock lock(mutex_);
    for (ExecutionChange& change : changes) {
      const auto found = ids_.find(change.name);
      if (found == ids_.end()) continue;
      if (targets_.at(found->second).is_only_close && !IsClosed(change)) continue;
      Keep(found->second, std::move(change));
    }
  }
  writes_.Wake();
}

void ExecutionWatch::OnNotInMemory(const ExecutionName& name) {
  {
    const MutexLock lock(mutex_);
    const auto found = ids_.find(name);
    if (found == ids_.end()) return;
    lookups_.push_back(found->second);
  }
  writes_.Wake();
}

void ExecutionWatch::LookUp() {
  std::vector<std::pair<std::uint64_t, Target>> wanted;
  {
    const MutexLock lock(mutex_);
    for (const std::uint64_t watch_id : std::exchange(lookups_, {})) {
      const auto found = targets_.find(watch_id);
      if (found != targets_.end()) wanted.emplace_back(watch_id, found->second);
    }
  }
  for (const auto& [watch_id, target] : wanted) {
    const Status status = watch_->Add(target.name, target.is_only_close);
    if (status.ok()) continue;
    {
      const MutexLock lock(mutex_);
      Forget(watch_id);
    }
    Fail(watch_id, status);
  }
}

void ExecutionWatch::Keep(std::uint64_t watch_id, ExecutionChange change) {
  Target& target = targets_.at(watch_id);
  const std::size_t output_bytes = change.output.size();
  if (kept_output_bytes_ + output_bytes > kWatchKeptOutputBytesMax) {
    change.output = {};
    target.is_output_dropped = true;
  }
  kept_output_bytes_ += change.output.size();
  kept_output_bytes_ -= target.change.output.size();
  target.change = std::move(change);
  if (!target.is_queued) {
    target.is_queued = true;
    queue_.push_back(watch_id);
  }
}

void ExecutionWatch::Forget(std::uint64_t watch_id) {
  const auto found = targets_.find(watch_id);
  if (found == targets_.end()) return;
  kept_output_bytes_ -= found->second.change.output.size();
  ids_.erase(found->second.name);
  targets_.erase(found);
}

rpc::Filled ExecutionWatch::Fill(v1::WatchExecutionsResponse& response, bool may_wait) {
  if (may_wait) LookUp();
  {
    const MutexLock lock(mutex_);
    if (!may_wait && !lookups_.empty()) return rpc::Filled::kMustWait;
    for (v1::ExecutionChange& failure : failures_)
      *response.add_changes() = std::move(failure);
    failures_.clear();
  }
  std::size_t bytes = 0;
  while (bytes < kWatchMessageBytesMax) {
    std::vector<Taken> next = TakeNext(may_wait, kWatchMessageBytesMax - bytes);
    if (next.empty()) break;
    for (Taken& taken : next) {
      v1::ExecutionChange& change = *response.add_changes();
      change = Read(taken.watch_id, taken.target);
      bytes += change.ByteSizeLong();
    }
  }
  if (response.changes_size() > 0) return rpc::Filled::kMessage;
  const MutexLock lock(mutex_);
  return queue_.empty() ? rpc::Filled::kNothing : rpc::Filled::kMustWait;
}

std::vector<ExecutionWatch::Taken> ExecutionWatch::TakeNext(bool may_read,
                                                            std::size_t output_bytes_max) {
  std::vector<Taken> next;
  std::size_t output_bytes = 0;
  const MutexLock lock(mutex_);
  while (!queue_.empty() && next.size() < kTakenAtOnce && output_bytes < output_bytes_max) {
    const std::uint64_t watch_id = queue_.front();
    const auto found = targets_.find(watch_id);
    // Removed while it was queued (and perhaps added again: then it stands in the queue twice).
    if (found == targets_.end() || !found->second.is_queued) {
      queue_.pop_front();
      continue;
    }
    Target& target = found->second;
    const bool must_be_read = target.MustBeRead();
    if (must_be_read && (!may_read || !next.empty())) break;
    queue_.pop_front();
    target.is_queued = false;
    output_bytes += target.change.output.size();
    next.push_back({watch_id, target});
    if (IsClosed(target.change) && !target.has_events) Forget(watch_id);
    if (must_be_read) break;
  }
  return next;
}

// `target` is a copy; what this learns is written back.
v1::ExecutionChange ExecutionWatch::Read(std::uint64_t watch_id, Target& target) {
  v1::ExecutionChange wire;
  wire.set_watch_id(watch_id);
  ExecutionChange& change = target.change;
  wire.set_last_event_id(change.last_event);
  if (target.has_events) {
    Result<HistoryPage> page = engine_.GetHistory({.name = target.name,
                                                   .after = target.cursor,
                                                   .page_size = kEventsPageSize,
                                                   .without_payloads = target.is_without_payloads});
    if (!page.ok()) {
      *wire.mutable_failure() = ToRpcStatus(page.status());
      const MutexLock lock(mutex_);
      Forget(watch_id);
      return wire;
    }
    for (const EventInfo& event : page->events)
      *wire.add_events() = ToWire(event);
    if (!page->events.empty()) target.cursor = page->events.back().id;
    wire.set_last_event_id(target.cursor);

    const MutexLock lock(mutex_);
    const auto found = targets_.find(watch_id);
    const bool is_current = found != targets_.end() && found->second.name == target.name;
    if (page->has_more) {
      // The rest, and the close, come after the others that wait.
      if (is_current) {
        found->second.cursor = target.cursor;
        if (!found->second.is_queued) {
          found->second.is_queued = true;
          queue_.push_back(watch_id);
        }
      }
      wire.set_status(v1::EXECUTION_STATUS_RUNNING);
      return wire;
    }
    if (is_current) {
      found->second.cursor = target.cursor;
      if (IsClosed(change)) Forget(watch_id);
    }
  }
  if (IsClosed(change) && target.is_output_dropped) {
    if (Result<ExecutionInfo> info = engine_.DescribeExecution(target.name); info.ok()) {
      change.output = std::move(info->output);
    } else {
      *wire.mutable_failure() = ToRpcStatus(info.status());
      return wire;
    }
  }
  wire.set_status(ToWire(change.status));
  if (change.output.has_value()) wire.set_output(change.output.str());
  if (change.error) wire.set_error(*change.error);
  if (change.cause) wire.set_cause(*change.cause);
  return wire;
}

}  // namespace pawl::server
