#include "server/rpc/call_server.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace pawl::rpc {
namespace {

// Reading and deploying: they wait for the disk more than they compute.
constexpr int kJobThreads = 4;
// A queue's thread sends and receives some 30,000 small calls a second; executors and functions
// need the other processors.
constexpr int kProcessorsPerQueue = 4;
constexpr int kQueuesMax = 8;
// Calls that gRPC hands over without waiting for us to ask again.
constexpr int kAcceptedAhead = 64;

// A method that nobody has.
class UnknownMethod final : public CallHandler {
 public:
  UnknownMethod(const std::string& method, Call& call) {
    call.Finish({grpc::StatusCode::UNIMPLEMENTED, fmt::format("there is no method {}", method)});
  }

  void OnRead(grpc::ByteBuffer* /*message*/) override {}

  void OnWritten(bool /*ok*/) override {}

  void OnCancel() override {}
};

}  // namespace

CallServer::CallServer(MethodTable methods) : methods_(std::move(methods)), jobs_(kJobThreads) {}

void CallServer::AddTo(grpc::ServerBuilder& builder) {
  builder.RegisterAsyncGenericService(&service_);
  const int queues = std::clamp(platform::ProcessorCount() / kProcessorsPerQueue, 1, kQueuesMax);
  for (int i = 0; i < queues; ++i)
    queues_.push_back(std::make_unique<CallQueue>(builder.AddCompletionQueue()));
}

void CallServer::Start() {
  for (std::size_t i = 0; i < queues_.size(); ++i) {
    for (int accepted = 0; accepted < kAcceptedAhead; ++accepted)
      Call::Accept(*this, service_, *queues_[i]);
    queues_[i]->Start(fmt::format("pawl-rpc-{}", i));
  }
}

void CallServer::Stop() {
  {
    const MutexLock lock(mutex_);
    while (calls_ > 0)
      ended_.Wait(mutex_);
  }
  queues_.clear();
}

std::unique_ptr<CallHandler> CallServer::Handle(const std::string& method, Call& call) {
  const MethodTable::Begin* begin = methods_.Find(method);
  if (begin == nullptr) return std::make_unique<UnknownMethod>(method, call);
  return (*begin)(call);
}

void CallServer::OnCallBegun() {
  const MutexLock lock(mutex_);
  ++calls_;
}

void CallServer::OnCallEnded() {
  const MutexLock lock(mutex_);
  if (--calls_ == 0) ended_.NotifyAll();
}

}  // namespace pawl::rpc
