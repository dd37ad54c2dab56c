#include "server/rpc/health_service.h"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <utility>

#include "server/rpc/coalesced_writes.h"

namespace pawl::rpc {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

// Health/Watch: says the status at once, and again when it changes.
class HealthWatch final : public CallHandler, private OpenStream {
 public:
  HealthWatch(const HealthService& service, OpenStreams& streams, Call& call)
      : service_(service),
        streams_(streams),
        writes_(call, [this](auto& response, bool) { return Fill(response); }) {
    call.Read();
    streams_.Add(*this);
  }

  ~HealthWatch() override { streams_.Remove(*this); }

  void OnRead(grpc::ByteBuffer* message) override {
    if (message == nullptr) return writes_.EndNow(grpc::Status::CANCELLED);
    HealthCheckRequest request;
    if (const grpc::Status parsed = Parse(*message, request); !parsed.ok()) {
      return writes_.EndNow(parsed);
    }
    {
      const MutexLock lock(mutex_);
      name_ = request.service();
    }
    writes_.Wake();
  }

  void OnWritten(bool ok) override { writes_.OnWritten(ok); }

  void OnCancel() override { writes_.EndNow(grpc::Status::CANCELLED); }

 private:
  void Stop() override {
    writes_.EndAfterWrites({grpc::StatusCode::UNAVAILABLE, "the server is stopping"});
  }

  Filled Fill(HealthCheckResponse& response) {
    const MutexLock lock(mutex_);
    if (!name_) return Filled::kNothing;
    const auto status = service_.StatusOf(*name_);
    if (std::exchange(sent_, status) == status) return Filled::kNothing;
    response.set_status(status);
    return Filled::kMessage;
  }

  const HealthService& service_;
  OpenStreams& streams_;
  Mutex mutex_;
  std::optional<std::string> name_ PAWL_GUARDED_BY(mutex_);
  std::optional<HealthCheckResponse::ServingStatus> sent_ PAWL_GUARDED_BY(mutex_);
  CoalescedWrites<HealthCheckResponse> writes_;
};

}  // namespace

void HealthService::AddTo(MethodTable& methods) {
  methods.BeginService("grpc.health.v1.Health");
  methods.AddUnary("Check", *this, &HealthService::Check);
  methods.AddStream("Watch", [this](Call& call) -> std::unique_ptr<CallHandler> {
    return std::make_unique<HealthWatch>(*this, streams_, call);
  });
  services_.insert(methods.services().begin(), methods.services().end());
}

HealthCheckResponse::ServingStatus HealthService::StatusOf(const std::string& service) const {
  if (!services_.contains(service)) return HealthCheckResponse::SERVICE_UNKNOWN;
  return is_serving_ ? HealthCheckResponse::SERVING : HealthCheckResponse::NOT_SERVING;
}

Status HealthService::Check(const grpc::ServerContextBase& /*context*/,
                            const HealthCheckRequest& request,
                            HealthCheckResponse& response) {
  const auto status = StatusOf(request.service());
  if (status == HealthCheckResponse::SERVICE_UNKNOWN) {
    return NotFound(fmt::format("there is no service '{}'", request.service().substr(0, 80)));
  }
  response.set_status(status);
  return {};
}

}  // namespace pawl::rpc
