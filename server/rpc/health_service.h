// grpc.health.v1.Health: whether the server, and each of its services, takes calls.
#pragma once

#include <grpcpp/server_context.h>

#include <atomic>
#include <set>
#include <string>

#include "engine/base/status.h"
#include "grpc/health/v1/health.pb.h"
#include "server/rpc/method_table.h"
#include "server/rpc/open_streams.h"

namespace pawl::rpc {

// Threads: safe from any thread once its methods are added.
class HealthService {
 public:
  // Outlives the service.
  explicit HealthService(OpenStreams& streams) : streams_(streams) {}

  HealthService(const HealthService&) = delete;
  HealthService& operator=(const HealthService&) = delete;

  // The services of `methods` are those that can be asked about; itself is the last.
  void AddTo(MethodTable& methods);

  // The server stops. Whoever watches is told by the end of the open streams.
  void StopServing() { is_serving_ = false; }

  // Of "", the server as a whole, or of a service.
  grpc::health::v1::HealthCheckResponse::ServingStatus StatusOf(const std::string& service) const;

 private:
  Status Check(const grpc::ServerContextBase& context,
               const grpc::health::v1::HealthCheckRequest& request,
               grpc::health::v1::HealthCheckResponse& response);

  OpenStreams& streams_;
  std::set<std::string> services_ = {""};
  std::atomic<bool> is_serving_ = true;
};

}  // namespace pawl::rpc
