// EchoWorker: a worker in C++ that completes each task with the task's own payload. It keeps the
// whole contract of the worker stream: completions stay with it until they are acknowledged, and
// when the stream breaks it connects again and names what it holds.
#pragma once

#include <grpcpp/channel.h>

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/mutex.h"
#include "engine/platform/thread.h"
#include "pawl/v1/worker_service.grpc.pb.h"

namespace pawl::test {

struct EchoWorkerOptions {
  std::vector<std::string> functions;
  // Tasks of each function at once.
  std::uint32_t concurrency = 256;
};

// Works on a thread of its own from construction to destruction.
class EchoWorker {
 public:
  EchoWorker(std::shared_ptr<grpc::Channel> channel, EchoWorkerOptions options);
  ~EchoWorker();
  EchoWorker(const EchoWorker&) = delete;
  EchoWorker& operator=(const EchoWorker&) = delete;

  // Waits until the server has welcomed the worker for the first time.
  void WaitForWelcome();

  // Completions that were acknowledged as durable.
  std::uint64_t accepted() const { return accepted_; }

  // How often the worker had to connect again.
  std::uint64_t reconnects() const { return reconnects_; }

 private:
  struct Held {
    std::string ref;
    std::string output;
  };

  using Stream = grpc::ClientReaderWriter<v1::WorkRequest, v1::WorkResponse>;

  void Run();
  // One stream, from hello to its end.
  void Serve();
  v1::WorkRequest Hello();
  bool Answer(Stream& stream, v1::WorkResponse& response);
  void Forget(const v1::WorkResponse& response);

  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<v1::WorkerService::Stub> stub_;
  const EchoWorkerOptions options_;
  // By task id on the stream; in order, which is the order of the next hello. Of the thread.
  std::map<std::uint64_t, Held> held_;
  std::atomic<std::uint64_t> accepted_ = 0;
  std::atomic<std::uint64_t> reconnects_ = 0;

  Mutex mutex_;
  CondVar welcomed_;
  bool is_welcome_ PAWL_GUARDED_BY(mutex_) = false;
  bool is_stopping_ PAWL_GUARDED_BY(mutex_) = false;
  // Of the open stream, to cancel it.
  grpc::ClientContext* context_ PAWL_GUARDED_BY(mutex_) = nullptr;

  std::unique_ptr<platform::Thread> thread_;
};

}  // namespace pawl::test
