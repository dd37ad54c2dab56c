#include "server/cli/followed_execution.h"

#include <algorithm>
#include <deque>
#include <utility>

#include "server/rpc_status.h"

namespace pawl::cli {
namespace {

constexpr std::chrono::milliseconds kConnectEvery(250);

}  // namespace

// Tags of the completion queue. At most one operation is under way.
enum class FollowedExecution::Step : std::uintptr_t { kStart = 1, kAdd, kRead, kFinish };

struct FollowedExecution::Stream {
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  v1::WatchExecutionsRequest request;
  v1::WatchExecutionsResponse response;
  grpc::Status status;
  std::unique_ptr<grpc::ClientAsyncReaderWriterInterface<v1::WatchExecutionsRequest,
                                                         v1::WatchExecutionsResponse>>
      call;
  std::deque<v1::ExecutionChange> changes;
  bool is_ended = false;
};

namespace {

void* TagOf(std::uintptr_t step) {
  return reinterpret_cast<void*>(step);  // NOLINT(performance-no-int-to-ptr): never dereferenced.
}

}  // namespace

FollowedExecution::FollowedExecution(Client& client, Options options)
    : client_(client), options_(std::move(options)) {
  Connect();
}

FollowedExecution::~FollowedExecution() {
  Disconnect();
}

void FollowedExecution::Connect() {
  stream_ = std::make_unique<Stream>();
  v1::WatchedExecution& watched = *stream_->request.add_add();
  watched.set_watch_id(1);
  watched.set_state_machine(options_.state_machine);
  watched.set_execution(options_.execution);
  watched.set_with_events(true);
  watched.set_after_event_id(options_.after_event_id);
  watched.set_without_payloads(options_.is_without_payloads);
  stream_->call = client_.stub().PrepareAsyncWatchExecutions(&stream_->context, &stream_->queue);
  stream_->call->StartCall(TagOf(static_cast<std::uintptr_t>(Step::kStart)));
}

void FollowedExecution::Disconnect() {
  if (!stream_) return;
  stream_->context.TryCancel();
  stream_->queue.Shutdown();
  void* tag = nullptr;
  bool is_ok = false;
  while (stream_->queue.Next(&tag, &is_ok)) {
  }
  stream_.reset();
}

void FollowedExecution::Take(Step step, bool is_ok) {
  Stream& stream = *stream_;
  const auto tag = [](Step next) { return TagOf(static_cast<std::uintptr_t>(next)); };
  if (step == Step::kFinish) {
    stream.is_ended = true;
    return;
  }
  if (!is_ok) return stream.call->Finish(&stream.status, tag(Step::kFinish));
  if (step == Step::kStart) return stream.call->Write(stream.request, tag(Step::kAdd));
  if (step == Step::kRead) {
    was_connected_ = true;
    lost_at_.reset();
    for (v1::ExecutionChange& change : *stream.response.mutable_changes())
      stream.changes.push_back(std::move(change));
  }
  stream.call->Read(&stream.response, tag(Step::kRead));
}

Status FollowedExecution::OnEnd(const Status& status) {
  Disconnect();
  const bool is_lost = status.ok() || status.code() == StatusCode::kUnavailable ||
                       status.code() == StatusCode::kCancelled;
  if (!was_connected_ || !is_lost) {
    return status.ok() ? Unavailable("the server ended the watch") : status;
  }
  const Timestamp now = client_.clock().WallNow();
  if (!lost_at_) lost_at_ = now;
  if (now - *lost_at_ > kReconnectFor) return status.ok() ? Unavailable("connection lost") : status;
  connect_at_ = now + Duration(kConnectEvery);
  return {};
}

Result<std::optional<v1::ExecutionChange>> FollowedExecution::Next(
    std::chrono::milliseconds wait_max) {
  const Timestamp until = client_.clock().WallNow() + Duration(wait_max);
  while (true) {
    if (stream_ && !stream_->changes.empty()) {
      v1::ExecutionChange change = std::move(stream_->changes.front());
      stream_->changes.pop_front();
      if (change.has_failure()) return server::FromRpcStatus(change.failure());
      options_.after_event_id = std::max(options_.after_event_id, change.last_event_id());
      return std::optional(std::move(change));
    }
    if (stream_ && stream_->is_ended) {
      RETURN_IF_ERROR(OnEnd(server::FromGrpcStatus(stream_->status)));
    }
    if (!stream_ && client_.clock().WallNow() >= connect_at_) Connect();
    const Timestamp wake = stream_ ? until : std::min(until, connect_at_);
    void* tag = nullptr;
    bool is_ok = false;
    const auto outcome = (stream_ ? stream_->queue : idle_)
                             .AsyncNext(&tag, &is_ok, std::chrono::system_clock::time_point(wake));
    if (outcome == grpc::CompletionQueue::GOT_EVENT) {
      Take(static_cast<Step>(reinterpret_cast<std::uintptr_t>(tag)), is_ok);
    } else if (client_.clock().WallNow() >= until) {
      return std::optional<v1::ExecutionChange>();
    }
  }
}

}  // namespace pawl::cli
