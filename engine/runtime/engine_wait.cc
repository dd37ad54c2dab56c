// The calls that wait, on top of those that call back.
#include <memory>
#include <optional>
#include <utility>

#include "engine/base/promise.h"
#include "engine/runtime/engine.h"

namespace pawl {
namespace {

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
  Promise<Result<StartResponse>> promise;
  StartExecution(std::move(request),
                 [&promise](Result<StartResponse> result) { promise.Set(std::move(result)); });
  return promise.Wait();
}

Result<StopResponse> Engine::StopExecutionAndWait(StopRequest request) {
  Promise<Result<StopResponse>> promise;
  StopExecution(std::move(request),
                [&promise](Result<StopResponse> result) { promise.Set(std::move(result)); });
  return promise.Wait();
}

Result<RedriveResponse> Engine::RedriveExecutionAndWait(RedriveRequest request) {
  Promise<Result<RedriveResponse>> promise;
  RedriveExecution(std::move(request),
                   [&promise](Result<RedriveResponse> result) { promise.Set(std::move(result)); });
  return promise.Wait();
}

Result<ExecutionInfo> Engine::WaitForExecution(const ExecutionName& name, Duration timeout) {
  CloseSink sink;
  {
    const std::unique_ptr<Watch> watch = StartWatch(sink);
    RETURN_IF_ERROR(watch->Add(name, true));
    if (timeout <= Duration::zero()) {
      (void)sink.closed.Wait();
    } else if (!sink.closed.WaitFor(timeout)) {
      return DeadlineExceeded("the execution '" + name.name + "' is still running");
    }
  }
  return DescribeExecution(name);
}

}  // namespace pawl
