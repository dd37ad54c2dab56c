// One WatchExecutions stream: many executions, each with a cursor.
//
// A change reaches the stream from an executor thread, which must not wait. It is kept with its
// execution, replacing what was kept there before, and the execution is queued once. So memory is
// bounded by the number of executions, however slow the reader; only the outputs of closed ones add
// to it, and past a bound they are dropped and read again from storage. History events are read
// from storage when their turn to be sent has come, on a thread that may wait.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/base/mutex.h"
#include "engine/runtime/engine.h"
#include "pawl/v1/workflow_service.pb.h"
#include "server/rpc/call.h"
#include "server/rpc/coalesced_writes.h"
#include "server/rpc/open_streams.h"

namespace pawl::server {

inline constexpr std::size_t kWatchedExecutionsMax = 100'000;
// A message is closed when it has reached this size.
inline constexpr std::size_t kWatchMessageBytesMax = 1024 * 1024;
// Outputs kept in memory for one stream.
inline constexpr std::size_t kWatchKeptOutputBytesMax = 16 * 1024 * 1024;

class ExecutionWatch final : public rpc::CallHandler, private WatchSink, private rpc::OpenStream {
 public:
  // All three outlive the watch.
  ExecutionWatch(Engine& engine, rpc::OpenStreams& streams, rpc::Call& call);
  ~ExecutionWatch() override;
  ExecutionWatch(const ExecutionWatch&) = delete;
  ExecutionWatch& operator=(const ExecutionWatch&) = delete;

 private:
  struct Target {
    ExecutionName name;
    bool is_only_close = false;
    bool has_events = false;
    bool is_without_payloads = false;
    EventId cursor = 0;
    bool is_queued = false;
    // What is still to be sent.
    ExecutionChange change;
    bool is_output_dropped = false;

    bool MustBeRead() const { return has_events || is_output_dropped; }
  };

  struct Taken {
    std::uint64_t watch_id = 0;
    Target target;
  };

  struct NameHash {
    std::size_t operator()(const ExecutionName& name) const;
  };

  void OnRead(grpc::ByteBuffer* message) override;

  void OnWritten(bool ok) override { writes_.OnWritten(ok); }

  void OnCancel() override { writes_.EndNow(grpc::Status::CANCELLED); }

  void OnChanges(std::vector<ExecutionChange> changes) override;
  void OnNotInMemory(const ExecutionName& name) override;
  void Stop() override;

  void HandleRequest();
  Status Handle(const v1::WatchExecutionsRequest& request);
  void Add(const v1::WatchedExecution& wanted);
  Status Register(const v1::WatchedExecution& wanted);
  void Remove(std::uint64_t watch_id);
  void Fail(std::uint64_t watch_id, const Status& status);
  void Keep(std::uint64_t watch_id, ExecutionChange change) PAWL_REQUIRES(mutex_);
  void Forget(std::uint64_t watch_id) PAWL_REQUIRES(mutex_);

  // Of executions that are not in memory. Reads the store.
  void LookUp();
  rpc::Filled Fill(v1::WatchExecutionsResponse& response, bool may_wait);
  // What to tell about the first executions in the queue, without what must be read: either one of
  // which something must be read, if `may_read`, or some of which nothing must be, until their
  // outputs have `output_bytes_max`.
  std::vector<Taken> TakeNext(bool may_read, std::size_t output_bytes_max);
  v1::ExecutionChange Read(std::uint64_t watch_id, Target& target);

  Engine& engine_;
  rpc::OpenStreams& streams_;
  rpc::Call& call_;
  v1::WatchExecutionsRequest request_;
  // Of the reading side only.
  std::optional<NamespaceId> namespace_id_;
  std::unique_ptr<Watch> watch_;

  Mutex mutex_;
  std::unordered_map<std::uint64_t, Target> targets_ PAWL_GUARDED_BY(mutex_);
  std::unordered_map<ExecutionName, std::uint64_t, NameHash> ids_ PAWL_GUARDED_BY(mutex_);
  std::deque<std::uint64_t> queue_ PAWL_GUARDED_BY(mutex_);
  // Executions that are not in memory, to be looked for in the store.
  std::vector<std::uint64_t> lookups_ PAWL_GUARDED_BY(mutex_);
  std::vector<v1::ExecutionChange> failures_ PAWL_GUARDED_BY(mutex_);
  std::size_t kept_output_bytes_ PAWL_GUARDED_BY(mutex_) = 0;

  rpc::CoalescedWrites<v1::WatchExecutionsResponse> writes_;
};

}  // namespace pawl::server
