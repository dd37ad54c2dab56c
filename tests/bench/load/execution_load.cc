#include "tests/bench/load/execution_load.h"

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

class ExecutionLoad {
 public:
  ExecutionLoad(const std::shared_ptr<grpc::Channel>& channel,
                platform::Clock& clock,
                const ExecutionLoadOptions& options)
      : clock_(clock),
        options_(options),
        stub_(v1::WorkflowService::NewStub(channel)),
        payload_(InputText(options.definition, options.payload_bytes)) {
    platform::SystemRandom random;
    run_ = fmt::format("{:08x}", random.Next64() & 0xFFFFFFFFU);
    state_machine_ = "load-" + run_;
    begun_.resize(options.executions);
  }

  Result<ExecutionLoadResult> Run() {
    RETURN_IF_ERROR(Deploy());
    watch_ = stub_->WatchExecutions(&watch_context_);
    const std::chrono::nanoseconds start = clock_.MonotonicNow();
    start_ = start;
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
    request.set_name(state_machine_);
    request.set_definition(DefinitionText(options_.definition));
    v1::DeployStateMachineResponse response;
    grpc::ClientContext context;
    return server::FromGrpcStatus(stub_->DeployStateMachine(&context, request, &response));
  }

  void Fill(std::uint64_t index, v1::ExecutionStart& start) const {
    start.set_state_machine(state_machine_);
    start.set_name(fmt::format("{}-{}", run_, index));
    start.set_input(payload_);
  }

  void FillWatch(std::uint64_t index, v1::WatchedExecution& watched) const {
    watched.set_watch_id(index);
    watched.set_state_machine(state_machine_);
    watched.set_execution(fmt::format("{}-{}", run_, index));
    watched.set_only_close(true);
  }

  // How many may be started now; waits for at least one. 0: there are no more.
  std::uint64_t TakeSlots(std::uint64_t most) {
    const MutexLock lock(mutex_);
    const std::uint64_t left = options_.executions - started_;
    if (left == 0) return 0;
    std::uint64_t count = 0;
    while (error_.ok()) {
      count = std::min({left, most, options_.in_flight - in_flight_, Due()});
      if (count > 0) break;
      if (in_flight_ >= options_.in_flight) {
        changed_.Wait(mutex_);
      } else {
        changed_.WaitFor(mutex_, std::chrono::milliseconds(1));
      }
    }
    if (!error_.ok()) return 0;
    const std::chrono::nanoseconds now = clock_.MonotonicNow();
    for (std::uint64_t i = 0; i < count; ++i)
      begun_[started_ + i] = now;
    started_ += count;
    in_flight_ += count;
    return count;
  }

  // How many more the rate wants by now.
  std::uint64_t Due() PAWL_REQUIRES(mutex_) {
    if (options_.rate <= 0) return options_.executions;
    const std::chrono::duration<double> elapsed = clock_.MonotonicNow() - start_;
    const auto wanted = static_cast<std::uint64_t>(elapsed.count() * options_.rate) + 1;
    return wanted - std::min(wanted, started_);
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
        if (!options_.is_detached) FillWatch(index, *watch.add_add());
      }
      next += count;
      grpc::ClientContext context;
      Status status = server::FromGrpcStatus(stub_->StartExecutions(&context, request, &response));
      for (const v1::StartExecutionsResponse::Result& result : response.results()) {
        if (result.has_error()) status = server::FromRpcStatus(result.error());
      }
      if (!status.ok()) return Fail(status);
      if (options_.is_detached) {
        Ended(next - count, next);
        continue;
      }
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

  // Those from `first` to before `end` have been started, and that is all that is wanted of them.
  void Ended(std::uint64_t first, std::uint64_t end) {
    const std::chrono::nanoseconds now = clock_.MonotonicNow();
    const MutexLock lock(mutex_);
    for (std::uint64_t index = first; index < end; ++index)
      result_.latencies.Add(now - begun_[index]);
    result_.executions += end - first;
    in_flight_ -= end - first;
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
  const ExecutionLoadOptions options_;
  const std::unique_ptr<v1::WorkflowService::Stub> stub_;
  const std::string payload_;
  std::string run_;
  std::string state_machine_;
  std::chrono::nanoseconds start_{};

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
  ExecutionLoadResult result_ PAWL_GUARDED_BY(mutex_);
  Status error_ PAWL_GUARDED_BY(mutex_);
};

}  // namespace

Result<ExecutionLoadResult> RunExecutionLoad(const std::shared_ptr<grpc::Channel>& channel,
                                             platform::Clock& clock,
                                             const ExecutionLoadOptions& options) {
  return ExecutionLoad(channel, clock, options).Run();
}

}  // namespace pawl::bench
