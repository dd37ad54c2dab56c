// One Work stream: a worker process on the façade's WorkerSession.
//
// Tasks go by a number on the wire; this object knows which durable reference each number stands
// for, so a worker can only speak about tasks that it was given (or that it named in its Hello).
//
// What is bounded: credits pass on to the engine only while little waits to be sent, and tasks that
// were delivered for earlier credits beyond a second, harder bound go back to the engine unseen. So
// a worker that does not read costs a few megabytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/base/mutex.h"
#include "engine/platform/clock.h"
#include "engine/runtime/engine.h"
#include "pawl/v1/worker_service.pb.h"
#include "server/deployed_outbox.h"
#include "server/rpc/call.h"
#include "server/rpc/coalesced_writes.h"
#include "server/rpc/open_streams.h"

namespace pawl::server {

// One message ends at whichever comes first.
inline constexpr int kTasksPerMessageMax = 512;
inline constexpr std::size_t kWorkMessageBytesMax = 1024 * 1024;
// Payload bytes that wait to be sent: from here on no more credits are passed on, ...
inline constexpr std::size_t kUnsentBytesSoftMax = 4 * 1024 * 1024;
// ... and from here on tasks go back.
inline constexpr std::size_t kUnsentBytesHardMax = 32 * 1024 * 1024;
inline constexpr std::size_t kFunctionsMax = 10'000;
inline constexpr std::uint32_t kFunctionIdMax = 1'000'000;
inline constexpr std::size_t kFunctionNameBytesMax = 140;
inline constexpr std::uint32_t kCreditsMax = 100'000;
inline constexpr int kHeldTasksMax = 100'000;
inline constexpr std::size_t kWorkerNameBytesMax = 256;
inline constexpr std::size_t kHeartbeatDetailsBytesMax = 4096;
inline constexpr std::size_t kLogLineBytesMax = 16 * 1024;
inline constexpr std::uint32_t kLogLinesPerSecondMax = 1000;

// A line that a function or its worker wrote, free of control characters.
struct WorkerLogLine {
  std::string_view worker;
  std::string_view text;
  bool is_error = false;
};

// Must be fast, and callable from any thread.
using WorkerLog = std::function<void(const WorkerLogLine&)>;

class WorkerStream final : public rpc::CallHandler, private TaskSink, private rpc::OpenStream {
 public:
  // All outlive the call, `call` the stream.
  WorkerStream(Engine& engine,
               platform::Clock& clock,
               const WorkerLog& log,
               rpc::OpenStreams& streams,
               rpc::Call& call);
  ~WorkerStream() override;
  WorkerStream(const WorkerStream&) = delete;
  WorkerStream& operator=(const WorkerStream&) = delete;

 private:
  struct Given {
    TaskRef ref;
    // A completion is on its way to the disk; repetitions are of no interest.
    bool is_completing = false;
  };

  // A task that waits to be sent.
  struct Unsent {
    Task task;
    // Sent all the same, and cancelled in the same message: so credits are counted in one place.
    bool is_cancelled = false;
    // Once it is about to be sent.
    std::uint64_t id = 0;
    std::uint32_t function_id = 0;
  };

  struct TaskRefHash {
    std::size_t operator()(const TaskRef& ref) const;
  };

  void OnRead(grpc::ByteBuffer* message) override;
  void OnWritten(bool ok) override;

  void OnCancel() override { writes_.EndNow(grpc::Status::CANCELLED); }

  void Deliver(std::vector<Task> tasks) override;
  void Cancel(std::vector<TaskRef> tasks) override;
  void Acknowledge(std::vector<CompletionAck> acks) override;
  void Provide(std::vector<RunnableFunction> functions) override;
  void Stop() override;

  Status Handle(v1::WorkRequest& request);
  Status Begin(const v1::Hello& hello);
  Status Announce(const v1::Announce& announce);
  Result<std::vector<std::string>> Functions(
      const google::protobuf::RepeatedPtrField<v1::Function>& functions);
  Status Complete(google::protobuf::RepeatedPtrField<v1::Completion>& completions);
  void Return(const google::protobuf::RepeatedField<std::uint64_t>& task_ids);
  Status Heartbeat(const google::protobuf::RepeatedPtrField<v1::Heartbeat>& heartbeats);
  Status AskForCode(const google::protobuf::RepeatedPtrField<v1::CodePieceRequest>& requests);
  Status Grant(const google::protobuf::RepeatedPtrField<v1::Credit>& credits);
  void Log(const google::protobuf::RepeatedPtrField<v1::LogLine>& lines);
  void Drain();

  // Gives the engine what is held back, if little waits to be sent.
  void Resume();

  // Reading code takes a disk's time: it is done only where `may_wait`.
  rpc::Filled Fill(v1::WorkResponse& response, bool may_wait);
  std::uint64_t Number(const TaskRef& ref) PAWL_REQUIRES(mutex_);
  void Forget(std::uint64_t task_id) PAWL_REQUIRES(mutex_);
  std::list<Unsent> TakeTasks(std::size_t bytes_max) PAWL_REQUIRES(mutex_);

  Engine& engine_;
  platform::Clock& clock_;
  const WorkerLog& log_;
  rpc::OpenStreams& streams_;
  rpc::Call& call_;
  v1::WorkRequest request_;
  // Set by the first message.
  std::unique_ptr<WorkerSession> session_;
  std::string worker_;
  NamespaceId namespace_id_;

  // Of the reading side only.
  std::chrono::nanoseconds log_second_{};
  std::uint32_t log_lines_ = 0;

  Mutex mutex_;
  bool must_welcome_ PAWL_GUARDED_BY(mutex_) = false;
  bool must_drain_ PAWL_GUARDED_BY(mutex_) = false;
  bool is_draining_ PAWL_GUARDED_BY(mutex_) = false;
  // Every function that was ever announced on this stream.
  std::unordered_map<std::uint32_t, std::string> functions_ PAWL_GUARDED_BY(mutex_);
  std::unordered_map<std::string, std::uint32_t> function_ids_ PAWL_GUARDED_BY(mutex_);
  std::uint64_t next_task_id_ PAWL_GUARDED_BY(mutex_) = 1;
  std::unordered_map<std::uint64_t, Given> given_ PAWL_GUARDED_BY(mutex_);
  std::unordered_map<TaskRef, std::uint64_t, TaskRefHash> task_ids_ PAWL_GUARDED_BY(mutex_);

  // What waits to be sent.
  std::list<Unsent> unsent_ PAWL_GUARDED_BY(mutex_);
  std::size_t unsent_bytes_ PAWL_GUARDED_BY(mutex_) = 0;
  std::vector<std::uint64_t> accepted_ PAWL_GUARDED_BY(mutex_);
  std::vector<std::uint64_t> settled_ PAWL_GUARDED_BY(mutex_);
  std::vector<std::uint64_t> refused_ PAWL_GUARDED_BY(mutex_);
  std::vector<std::uint64_t> cancels_ PAWL_GUARDED_BY(mutex_);
  DeployedOutbox deployed_ PAWL_GUARDED_BY(mutex_);

  // What waits to be given to the engine: credits by function, and tasks that were too much.
  std::map<std::string, std::uint32_t> held_credits_ PAWL_GUARDED_BY(mutex_);
  std::vector<TaskRef> surplus_ PAWL_GUARDED_BY(mutex_);

  rpc::CoalescedWrites<v1::WorkResponse> writes_;
};

}  // namespace pawl::server
