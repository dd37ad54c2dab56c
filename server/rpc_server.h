// The gRPC server around an engine: the services, health checking and reflection, and the bounds
// that keep a client from filling the memory.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "engine/base/status.h"
#include "engine/platform/clock.h"
#include "engine/runtime/engine.h"
#include "server/function_service.h"
#include "server/rpc/call_server.h"
#include "server/rpc/health_service.h"
#include "server/rpc/open_streams.h"
#include "server/rpc/reflection_service.h"
#include "server/worker_service.h"
#include "server/workflow_service.h"

namespace grpc {
class Channel;
class Server;
}  // namespace grpc

namespace pawl::server {

struct RpcServerOptions {
  // HOST:PORT with a loopback host ("127.0.0.1", "[::1]", "localhost"); port 0 picks a free one.
  // Empty: only in-process channels.
  std::string address = "127.0.0.1:7600";
  WorkerLog worker_log;
};

class RpcServer {
 public:
  // Listens and serves when it returns. `engine` and `clock` outlive the server. Errors:
  // InvalidArgument (the address is none, or not on loopback), Unavailable (the port is taken),
  // and those of Engine::StoreSecret.
  static Result<std::unique_ptr<RpcServer>> Start(Engine& engine,
                                                  platform::Clock& clock,
                                                  RpcServerOptions options);

  // Stops if that was not done before.
  ~RpcServer();
  RpcServer(const RpcServer&) = delete;
  RpcServer& operator=(const RpcServer&) = delete;

  // "127.0.0.1:7600": with the port that was picked.
  const std::string& address() const { return address_; }

  // A connection without a network, for tests and for programs that serve themselves.
  std::shared_ptr<grpc::Channel> InProcessChannel();

  // Takes no new calls, tells open streams to end, and returns once all calls have ended; those
  // that have not after `grace` are cancelled.
  void Stop(std::chrono::milliseconds grace);

 private:
  RpcServer(Engine& engine,
            platform::Clock& clock,
            runtime::TokenSealer tokens,
            RpcServerOptions options);

  rpc::MethodTable Methods();

  runtime::TokenSealer tokens_;
  rpc::OpenStreams streams_;
  WorkflowService workflow_service_;
  WorkerService worker_service_;
  FunctionService function_service_;
  rpc::HealthService health_service_;
  rpc::ReflectionService reflection_service_;
  rpc::CallServer calls_;
  std::string address_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace pawl::server
