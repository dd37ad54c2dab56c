// WorkerCore: a worker process without its command line. It serves the functions of a directory,
// and those that the server has deployed, to a server: it keeps a stream to the server open, runs
// what comes in a ChildPool, and keeps every result until the server has it.
#pragma once

#include <grpcpp/channel.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/mutex.h"
#include "engine/base/status.h"
#include "engine/platform/clock.h"
#include "engine/platform/random.h"
#include "engine/platform/thread.h"
#include "pawl/v1/worker_service.grpc.pb.h"
#include "workers/built_in_functions.h"
#include "workers/child_pool.h"
#include "workers/code_cache.h"
#include "workers/code_fetch.h"
#include "workers/deployed_serving.h"
#include "workers/functions_directory.h"
#include "workers/served_functions.h"
#include "workers/task_ledger.h"

namespace pawl::workers {

// Between two attempts to connect, doubled each time, with jitter. The upper bound is less where
// the server's reconnect window asks for it.
inline constexpr std::chrono::milliseconds kReconnectAfter{100};
inline constexpr std::chrono::milliseconds kReconnectAfterMax{5000};

enum class WorkerLogLevel : std::uint8_t { kInfo, kWarning, kError };

struct WorkerCoreOptions {
  // HOST:PORT of the server.
  std::string address;
  // For people.
  std::string name;
  std::string namespace_name;
  // Empty: the worker brings no functions of its own.
  std::string functions_directory;
  // Where the code of deployed functions is kept; null: the worker does not run them.
  std::unique_ptr<CodeCache> code_cache;
  // Of a function that does not say its own; 1 or more.
  std::uint32_t concurrency = 1;
  // The beginning of a function's ARN, "arn:aws:lambda:us-east-1:123456789012:function:".
  std::string arn_prefix;
  ChildPoolOptions pool;
  BuiltInOptions built_in;
  // What happens to the worker, and what functions write. Called from any thread.
  std::function<void(WorkerLogLevel, const std::string&)> log;
  std::function<void(const LogLine&)> function_log;
};

// Threads: the public functions are called from one thread.
class WorkerCore {
 public:
  // Begins to connect and returns at once. Errors: kNotFound for a directory that is not there, and
  // as ChildPool::Start and BuiltInFunctions.
  static Result<std::unique_ptr<WorkerCore>> Start(WorkerCoreOptions options);
  WorkerCore(const WorkerCore&) = delete;
  WorkerCore& operator=(const WorkerCore&) = delete;
  // Kills what runs. What the server was not told, another worker will run.
  ~WorkerCore();

  // Looks at the directory, if there is one: to be called every kDirectoryPollEvery.
  void RefreshFunctions();

  // A server has welcomed this worker, now or earlier.
  bool was_welcomed() const { return was_welcomed_; }

  // Of the directory.
  std::size_t functions() const { return served_.own_count(); }

  // Takes no more tasks, returns those that have not begun, and waits up to `timeout` until the
  // rest is done and the server has it. False when something is left.
  bool Drain(std::chrono::milliseconds timeout);

 private:
  using Stream = grpc::ClientReaderWriter<v1::WorkRequest, v1::WorkResponse>;

  WorkerCore(WorkerCoreOptions options, std::optional<FunctionsDirectory> directory);
  ServedFunctionsSink Sink();
  Status ServeBuiltIns();
  // Of the thread that keeps the code of deployed functions.
  void KeepCode();
  // What has come meanwhile; false when the worker ends.
  bool WaitForCode(std::optional<std::vector<v1::ProvidedFunction>>& functions,
                   std::optional<FetchedCode>& code);
  void Run();
  // One stream, from hello to its end.
  grpc::Status Serve();
  void ReadFrom(Stream& stream);
  void WriteTo(Stream& stream);
  void Submit(std::vector<Invocation> calls);
  void OnResults(std::vector<InvocationResult> results);
  void OnLogs(std::vector<LogLine> lines);
  // Whether the writer has something to do now that the ledger has taken the message: it wakes for
  // no other. Most tasks leave it nothing, and the processor is better with the function.
  bool HasWork(const v1::WorkResponse& taken) const PAWL_REQUIRES(mutex_);
  // When something is to be sent though nothing happens.
  std::optional<SteadyTime> NextDue() const PAWL_REQUIRES(mutex_);
  // False when the worker ends meanwhile.
  bool Pause();
  void ReportEnd(const grpc::Status& status);

  // `code_cache` has moved on.
  WorkerCoreOptions options_;
  platform::SystemClock clock_;
  platform::SystemRandom random_;
  std::optional<FunctionsDirectory> directory_;
  // Of the caller's thread.
  std::string directory_report_;
  std::unique_ptr<ChildPool> pool_;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::WorkerService::Stub> stub_;
  std::atomic<bool> was_welcomed_ = false;

  // The worker's own functions, which are not in `served_`.
  std::vector<std::string> built_ins_;
  ServedFunctions served_;
  // Of the thread that keeps code; null: the worker runs no deployed functions.
  std::unique_ptr<DeployedServing> deployed_;

  // Of the connecting thread.
  std::chrono::milliseconds pause_ = kReconnectAfter;
  std::string last_report_;

  Mutex mutex_;
  // Something is to be sent, or the stream has ended.
  CondVar written_;
  // Something was settled, or the worker ends.
  CondVar changed_;
  // There is news about code, or the worker ends.
  CondVar code_changed_;
  TaskLedger ledger_ PAWL_GUARDED_BY(mutex_);
  CodeFetch code_ PAWL_GUARDED_BY(mutex_);
  bool is_stopping_ PAWL_GUARDED_BY(mutex_) = false;
  bool is_draining_ PAWL_GUARDED_BY(mutex_) = false;
  bool has_stream_ended_ PAWL_GUARDED_BY(mutex_) = false;
  // What the writer waits for if nothing happens; as it was when it last began to wait.
  std::optional<SteadyTime> writer_wakes_at_ PAWL_GUARDED_BY(mutex_);
  std::chrono::milliseconds pause_max_ PAWL_GUARDED_BY(mutex_) = kReconnectAfterMax;
  grpc::ClientContext* context_ PAWL_GUARDED_BY(mutex_) = nullptr;

  std::unique_ptr<platform::Thread> code_thread_;
  std::unique_ptr<platform::Thread> thread_;
};

}  // namespace pawl::workers
