#include "tests/support/echo_worker.h"

#include <grpcpp/client_context.h>

#include <utility>

namespace pawl::test {
namespace {

// How long one attempt to reach the server may take before stopping is looked at again.
constexpr std::int64_t kConnectMillis = 100;

}  // namespace

EchoWorker::EchoWorker(std::shared_ptr<grpc::Channel> channel, EchoWorkerOptions options)
    : channel_(std::move(channel)),
      stub_(v1::WorkerService::NewStub(channel_)),
      options_(std::move(options)),
      thread_(std::make_unique<platform::Thread>("echo-worker", [this] { Run(); })) {}

EchoWorker::~EchoWorker() {
  {
    const MutexLock lock(mutex_);
    is_stopping_ = true;
    if (context_ != nullptr) context_->TryCancel();
  }
  thread_->Join();
}

void EchoWorker::WaitForWelcome() {
  const MutexLock lock(mutex_);
  while (!is_welcome_)
    welcomed_.Wait(mutex_);
}

void EchoWorker::Run() {
  while (true) {
    {
      const MutexLock lock(mutex_);
      if (is_stopping_) return;
    }
    const gpr_timespec deadline = gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                                               gpr_time_from_millis(kConnectMillis, GPR_TIMESPAN));
    if (channel_->WaitForConnected(deadline)) Serve();
  }
}

void EchoWorker::Serve() {
  grpc::ClientContext context;
  {
    const MutexLock lock(mutex_);
    if (is_stopping_) return;
    context_ = &context;
  }
  const std::unique_ptr<Stream> stream = stub_->Work(&context);
  bool is_open = stream->Write(Hello());
  v1::WorkResponse response;
  while (is_open && stream->Read(&response))
    is_open = Answer(*stream, response);
  stream->Finish();
  ++reconnects_;
  const MutexLock lock(mutex_);
  context_ = nullptr;
}

v1::WorkRequest EchoWorker::Hello() {
  v1::WorkRequest request;
  v1::Hello& hello = *request.mutable_hello();
  hello.set_worker("echo");
  std::uint32_t id = 0;
  for (const std::string& name : options_.functions) {
    v1::Function& function = *hello.add_functions();
    function.set_id(++id);
    function.set_name(name);
    function.set_concurrency(options_.concurrency);
    v1::Credit& credit = *request.add_credits();
    credit.set_function_id(id);
    credit.set_count(options_.concurrency);
  }
  // What is held gets the first numbers of the new stream.
  std::map<std::uint64_t, Held> renumbered;
  std::uint64_t task_id = 0;
  for (auto& [old_id, held] : held_) {
    hello.add_held(held.ref);
    v1::Completion& completion = *request.add_completions();
    completion.set_task_id(++task_id);
    completion.set_output(held.output);
    renumbered.emplace(task_id, std::move(held));
  }
  held_ = std::move(renumbered);
  return request;
}

bool EchoWorker::Answer(Stream& stream, v1::WorkResponse& response) {
  if (response.has_welcome()) {
    const MutexLock lock(mutex_);
    is_welcome_ = true;
    welcomed_.NotifyAll();
  }
  v1::WorkRequest request;
  std::map<std::uint32_t, std::uint32_t> credits;
  for (v1::Task& task : *response.mutable_tasks()) {
    v1::Completion& completion = *request.add_completions();
    completion.set_task_id(task.id());
    completion.set_output(task.payload());
    ++credits[task.function_id()];
    held_.emplace_hint(
        held_.end(),
        task.id(),
        Held{.ref = std::move(*task.mutable_ref()), .output = std::move(*task.mutable_payload())});
  }
  for (const auto& [function_id, count] : credits) {
    v1::Credit& credit = *request.add_credits();
    credit.set_function_id(function_id);
    credit.set_count(count);
  }
  // The server's disk is full: it says the same until there is room, so asking again is all there
  // is.
  for (const std::uint64_t task_id : response.refused()) {
    const auto held = held_.find(task_id);
    if (held == held_.end()) continue;
    v1::Completion& completion = *request.add_completions();
    completion.set_task_id(task_id);
    completion.set_output(held->second.output);
  }
  Forget(response);
  if (request.completions_size() == 0 && request.credits_size() == 0) return true;
  return stream.Write(request);
}

void EchoWorker::Forget(const v1::WorkResponse& response) {
  for (const std::uint64_t task_id : response.accepted())
    held_.erase(task_id);
  for (const std::uint64_t task_id : response.settled())
    held_.erase(task_id);
  for (const std::uint64_t task_id : response.cancels())
    held_.erase(task_id);
  accepted_ += static_cast<std::uint64_t>(response.accepted_size());
}

}  // namespace pawl::test
