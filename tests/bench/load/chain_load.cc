#include "tests/bench/load/chain_load.h"

#include <fmt/format.h>
#include <grpcpp/client_context.h>

#include <algorithm>
#include <deque>
#include <utility>
#include <vector>

#include "engine/base/mutex.h"
#include "engine/platform/random.h"
#include "engine/platform/thread.h"
#include "pawl/v1/workflow_service.grpc.pb.h"
#include "server/rpc_status.h"

namespace pawl::bench {
namespace {

constexpr char kStateMachine[] = "load-chain";

std::string ChainDefinition(const ChainLoadOptions& options) {
  std::string states;
  for (int i = 1; i <= options.states; ++i) {
    states += fmt::format(
        R"({}"S{}":{{"Type":"Task","Resource":"{}",{}}})",
        i == 1 ? "" : ",",
        i,
        options.function,
        i == options.states ? std::string(R"("End":true)") : fmt::format(R"("Next":"S{}")", i + 1));
  }
  return fmt::format(R"({{"StartAt":"S1","States":{{{}}}}})", states);
}

// A JSON object of exactly `bytes` bytes, where that is possible.
std::string Payload(std::size_t bytes) {
  constexpr std::size_t kFrame = sizeof(R"({"x":""})") - 1;
  return fmt::format(R"({{"x":"{}"}})", std::string(bytes > kFrame ? bytes - kFrame : 0, 'x'));
}

class ChainLoad {
 public:
  ChainLoad(const std::shared_ptr<grpc::Channel>& channel,
            platform::Clock& clock,
            const ChainLoadOptions& options)
      : clock_(clock),
        options_(options),
        stub_(v1::WorkflowService::NewStub(channel)),
        payload_(Payload(options.payload_bytes)) {
    platform::SystemRandom random;
    run_ = fmt::format("{:08x}", random.Next64() & 0xFFFFFFFFU);
    begun_.resize(options.executions);
  }

  Result<ChainLoadResult> Run() {
    RETURN_IF_ERROR(Deploy());
    watch_ = stub_->WatchExecutions(&watch_context_);
    const std::chrono::nanoseconds start = clock_.MonotonicNow();
    {
      platform::Thread reader("watch", [this] { ReadChanges(); });
      options_.batch == 1 ? StartSingly() : StartInBatches();
      WaitForEnd();
      watch_->WritesDone();
    }
    const std::chrono::nanoseconds elapsed = clock_.MonotonicNow() - start;
    const grpc::Status status = watch_->Finish();
    const MutexLock lock(mutex_);
    RETURN_IF_ERROR(error_);
    RETURN_IF_ERROR(server::FromGrpcStatus(status));
    result_.elapsed = elapsed;
    return std::move(result_);
  }

 private:
  // A single start under way; they are made once and used again.
  struct SingleStart {
    grpc::ClientContext context;
    v1::StartExecutionRequest request;
    v1::StartExecutionResponse response;
  };

  Status Deploy() {
    v1::DeployStateMachineRequest request;
    request.set_name(kStateMachine);
    request.set_definition(ChainDefinition(options_));
    v1::DeployStateMachineResponse response;
    grpc::ClientContext context;
    return server::FromGrpcStatus(stub_->DeployStateMachine(&context, request, &response));
  }

  void Fill(std::uint64_t index, v1::ExecutionStart& start) const {
    start.set_state_machine(kStateMachine);
    start.set_name(fmt::format("{}-{}", run_, index));
    start.set_input(payload_);
  }

  void FillWatch(std::uint64_t index, v1::WatchedExecution& watched) const {
    watched.set_watch_id(index);
    watched.set_state_machine(kStateMachine);
    watched.set_execution(fmt::format("{}-{}", run_, index));
    watched.set_only_close(true);
  }

  // How many may be started now; waits for at least one. 0: there are no more.
  std::uint64_t TakeSlots(std::uint64_t most) {
    const MutexLock lock(mutex_);
    const std::uint64_t left = options_.executions - started_;
    if (left == 0) return 0;
    while (in_flight_ >= options_.in_flight && error_.ok())
      changed_.Wait(mutex_);
    if (!error_.ok()) return 0;
    const std::uint64_t count = std::min({left, most, options_.in_flight - in_flight_});
    const std::chrono::nanoseconds now = clock_.MonotonicNow();
    for (std::uint64_t i = 0; i < count; ++i)
      begun_[started_ + i] = now;
    started_ += count;
    in_flight_ += count;
    return count;
  }

  void StartInBatches() {
    std::uint64_t next = 0;
    v1::StartExecutionsRequest request;
    v1::StartExecutionsResponse response;
    v1::WatchExecutionsRequest watch;
    while (const std::uint64_t count = TakeSlots(options_.batch)) {
      request.Clear();
      watch.Clear();
      for (std::uint64_t index = next; index < next + count; ++index) {
        Fill(index, *request.add_executions());
        FillWatch(index, *watch.add_add());
      }
      next += count;
      grpc::ClientContext context;
      Status status = server::FromGrpcStatus(stub_->StartExecutions(&context, request, &response));
      for (const v1::StartExecutionsResponse::Result& result : response.results()) {
        if (result.has_error()) status = server::FromRpcStatus(result.error());
      }
      if (!status.ok()) return Fail(status);
      if (!watch_->Write(watch)) return Fail(Unavailable("the watch has ended"));
    }
  }

  void StartSingly() {
    std::uint64_t next = 0;
    while (const std::uint64_t count = TakeSlots(options_.in_flight)) {
      for (std::uint64_t index = next; index < next + count; ++index) {
        auto call = std::make_shared<SingleStart>();
        Fill(index, *call->request.mutable_execution());
        stub_->async()->StartExecution(&call->context,
                                       &call->request,
                                       &call->response,
                                       [this, call, index](grpc::Status status) {
                                         if (!status.ok())
                                           return Fail(server::FromGrpcStatus(status));
                                         const MutexLock lock(mutex_);
                                         to_watch_.push_back(index);
                                         changed_.NotifyAll();
                                       });
      }
      next += count;
      WatchStarted();
    }
    // The last ones are still being started.
    while (!IsAllWatched())
      WatchStarted();
  }

  bool IsAllWatched() {
    const MutexLock lock(mutex_);
    return watched_ == started_ || !error_.ok();
  }

  // Adds what has been started to the watch; waits for one if all that is in flight is starting.
  void WatchStarted() {
    v1::WatchExecutionsRequest watch;
    {
      const MutexLock lock(mutex_);
      while (to_watch_.empty() && error_.ok())
        changed_.Wait(mutex_);
      for (const std::uint64_t index : to_watch_)
        FillWatch(index, *watch.add_add());
      watched_ += to_watch_.size();
      to_watch_.clear();
    }
    if (!watch_->Write(watch)) Fail(Unavailable("the watch has ended"));
  }

  void ReadChanges() {
    v1::WatchExecutionsResponse response;
    while (watch_->Read(&response)) {
      const std::chrono::nanoseconds now = clock_.MonotonicNow();
      const MutexLock lock(mutex_);
      for (const v1::ExecutionChange& change : response.changes()) {
        if (change.has_failure()) error_ = server::FromRpcStatus(change.failure());
        if (change.status() != v1::EXECUTION_STATUS_SUCCEEDED) ++result_.failed;
        result_.latencies.Add(now - begun_[change.watch_id()]);
        ++result_.executions;
        --in_flight_;
      }
      changed_.NotifyAll();
    }
    const MutexLock lock(mutex_);
    if (result_.executions < options_.executions && error_.ok()) {
      error_ = Unavailable("the watch has ended before the executions did");
    }
    changed_.NotifyAll();
  }

  void Fail(const Status& status) {
    {
      const MutexLock lock(mutex_);
      if (error_.ok()) error_ = status;
      changed_.NotifyAll();
    }
    watch_context_.TryCancel();
  }

  void WaitForEnd() {
    const MutexLock lock(mutex_);
    while (result_.executions < options_.executions && error_.ok())
      changed_.Wait(mutex_);
  }

  platform::Clock& clock_;
  const ChainLoadOptions options_;
  const std::unique_ptr<v1::WorkflowService::Stub> stub_;
  const std::string payload_;
  std::string run_;

  grpc::ClientContext watch_context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::WatchExecutionsRequest, v1::WatchExecutionsResponse>>
      watch_;

  Mutex mutex_;
  CondVar changed_;
  std::vector<std::chrono::nanoseconds> begun_;
  std::uint64_t started_ PAWL_GUARDED_BY(mutex_) = 0;
  std::uint64_t in_flight_ PAWL_GUARDED_BY(mutex_) = 0;
  std::uint64_t watched_ PAWL_GUARDED_BY(mutex_) = 0;
  std::deque<std::uint64_t> to_watch_ PAWL_GUARDED_BY(mutex_);
  ChainLoadResult result_ PAWL_GUARDED_BY(mutex_);
  Status error_ PAWL_GUARDED_BY(mutex_);
};

}  // namespace

Result<ChainLoadResult> RunChainLoad(const std::shared_ptr<grpc::Channel>& channel,
                                     platform::Clock& clock,
                                     const ChainLoadOptions& options) {
  return ChainLoad(channel, clock, options).Run();
}

}  // namespace pawl::bench
