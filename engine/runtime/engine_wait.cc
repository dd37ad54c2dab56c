// The calls that wait, on top of those that call back.
#include <memory>
#include <optional>
#include <utility>

#include "engine/base/mutex.h"
#include "engine/runtime/engine.h"

namespace pawl {
namespace {

// A value that one thread gives and another waits for.
template <typename T>
class Promise {
 public:
  void Set(T value) {
    const MutexLock lock(mutex_);
    if (!value_) value_.emplace(std::move(value));
    is_set_.NotifyAll();
  }

  T Wait() {
    const MutexLock lock(mutex_);
    while (!value_)
      is_set_.Wait(mutex_);
    return std::move(*value_);
  }

  // nullopt when `timeout` passed first.
  std::optional<T> WaitFor(std::chrono::nanoseconds timeout) {
    const MutexLock lock(mutex_);
    while (!value_) {
      if (!is_set_.WaitFor(mutex_, timeout)) break;
    }
    return value_;
  }

 private:
  Mutex mutex_;
  CondVar is_set_;
  std::optional<T> value_ PAWL_GUARDED_BY(mutex_);
};

class CloseSink final : public WatchSink {
 public:
  void OnChanges(std::vector<ExecutionChange> changes) override {
    for (const ExecutionChange& change : changes) {
      if (change.status != ExecutionStatus::kRunning) closed.Set(true);
    }
  }

  Promise<bool> closed;
};

}  // namespace

Result<StartResponse> Engine::StartExecutionAndWait(StartRequest request) {
  auto promise = std::make_shared<Promise<Result<StartResponse>>>();
  StartExecution(std::move(request),
                 [promise](Result<StartResponse> result) { promise->Set(std::move(result)); });
  return promise->Wait();
}

Result<StopResponse> Engine::StopExecutionAndWait(StopRequest request) {
  auto promise = std::make_shared<Promise<Result<StopResponse>>>();
  StopExecution(std::move(request),
                [promise](Result<StopResponse> result) { promise->Set(std::move(result)); });
  return promise->Wait();
}

Result<RedriveResponse> Engine::RedriveExecutionAndWait(RedriveRequest request) {
  auto promise = std::make_shared<Promise<Result<RedriveResponse>>>();
  RedriveExecution(std::move(request),
                   [promise](Result<RedriveResponse> result) { promise->Set(std::move(result)); });
  return promise->Wait();
}

Result<ExecutionInfo> Engine::WaitForExecution(const ExecutionName& name, Duration timeout) {
  CloseSink sink;
  {
    const std::unique_ptr<Watch> watch = StartWatch(sink);
    RETURN_IF_ERROR(watch->Add(name, true));
    if (timeout <= Duration::zero()) {
      sink.closed.Wait();
    } else if (!sink.closed.WaitFor(timeout)) {
      return DeadlineExceeded("the execution '" + name.name + "' is still running");
    }
  }
  return DescribeExecution(name);
}

}  // namespace pawl
