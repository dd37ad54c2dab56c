#include "server/rpc_server.h"

#include <fmt/format.h>
#include <grpc/support/log.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <algorithm>
#include <utility>

#include "server/listen_address.h"
#include "server/page_token_sealer.h"
#include "server/rpc_status.h"

namespace pawl::server {
namespace {

constexpr int kKeepaliveTimeMillis = 10'000;
constexpr int kKeepaliveTimeoutMillis = 5'000;
constexpr int kStreamsPerConnectionMax = 1000;
// What gRPC may use for calls and buffers; past it new reads wait.
constexpr std::size_t kRpcMemoryBytesMax = 256 * 1024 * 1024;
constexpr std::size_t kReceiveBytesMin = 16 * 1024 * 1024;
// A message must hold a payload of the largest size with room for all that stands around it.
constexpr std::size_t kMessageOverheadBytes = 1024 * 1024;

int ReceiveBytesMax(const Limits& limits) {
  return static_cast<int>(std::max({kReceiveBytesMin,
                                    limits.payload_bytes_max + kMessageOverheadBytes,
                                    // A definition inside a message is as long as in a file.
                                    limits.definition_bytes_max + kMessageOverheadBytes}));
}

void SetBounds(grpc::ServerBuilder& builder, const Limits& limits) {
  builder.SetMaxReceiveMessageSize(ReceiveBytesMax(limits));
  // What the server sends is bounded where it is made.
  builder.SetMaxSendMessageSize(-1);
  grpc::ResourceQuota quota("pawl");
  quota.Resize(kRpcMemoryBytesMax);
  builder.SetResourceQuota(quota);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kStreamsPerConnectionMax);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, kKeepaliveTimeMillis);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kKeepaliveTimeoutMillis);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS,
                             kKeepaliveTimeMillis / 2);
  // Two servers on one port would each get half of the connections.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
}

// While it lasts, gRPC writes nothing to stderr: what keeps it from listening is this server's to
// say, in words for its user.
class QuietGrpc {
 public:
  QuietGrpc() {
    gpr_set_log_function([](gpr_log_func_args*) {});
  }

  ~QuietGrpc() { gpr_set_log_function(nullptr); }

  QuietGrpc(const QuietGrpc&) = delete;
  QuietGrpc& operator=(const QuietGrpc&) = delete;
};

}  // namespace

RpcServer::RpcServer(Engine& engine,
                     platform::Clock& clock,
                     runtime::TokenSealer tokens,
                     RpcServerOptions options)
    : tokens_(std::move(tokens)),
      workflow_service_(engine, tokens_, streams_),
      worker_service_(engine, clock, streams_, std::move(options.worker_log)),
      function_service_(engine, tokens_),
      health_service_(streams_),
      reflection_service_(streams_),
      calls_(Methods()) {}

rpc::MethodTable RpcServer::Methods() {
  rpc::MethodTable methods(ToGrpcStatus);
  workflow_service_.AddTo(methods);
  worker_service_.AddTo(methods);
  function_service_.AddTo(methods);
  // The last two know what was added before.
  health_service_.AddTo(methods);
  reflection_service_.AddTo(methods);
  return methods;
}

Result<std::unique_ptr<RpcServer>> RpcServer::Start(Engine& engine,
                                                    platform::Clock& clock,
                                                    RpcServerOptions options) {
  std::string host;
  std::string listening;
  if (!options.address.empty()) {
    ASSIGN_OR_RETURN(const ListenAddress address, ParseListenAddress(options.address));
    host = address.host;
    listening = fmt::format("{}:{}", address.host, address.port);
  }
  ASSIGN_OR_RETURN(runtime::TokenSealer tokens, MakePageTokenSealer(engine));
  const QuietGrpc quiet;
  std::unique_ptr<RpcServer> self(
      new RpcServer(engine, clock, std::move(tokens), std::move(options)));

  grpc::ServerBuilder builder;
  SetBounds(builder, engine.options().limits);
  int port = 0;
  if (!listening.empty()) {
    builder.AddListeningPort(listening, grpc::InsecureServerCredentials(), &port);
  }
  self->calls_.AddTo(builder);
  self->server_ = builder.BuildAndStart();
  if (self->server_ == nullptr || (!listening.empty() && port == 0)) {
    return Unavailable(fmt::format(
        "cannot listen on {}: the port is taken, or this user may not use it; choose another with "
        "--grpc-address (port 0 picks a free one)",
        listening));
  }
  if (!listening.empty()) self->address_ = fmt::format("{}:{}", host, port);
  self->calls_.Start();
  return self;
}

RpcServer::~RpcServer() {
  Stop(std::chrono::milliseconds(0));
}

std::shared_ptr<grpc::Channel> RpcServer::InProcessChannel() {
  return server_->InProcessChannel(grpc::ChannelArguments());
}

void RpcServer::Stop(std::chrono::milliseconds grace) {
  if (server_ == nullptr) return;
  health_service_.StopServing();
  streams_.StopAll();
  server_->Shutdown(gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC),
                                 gpr_time_from_millis(grace.count(), GPR_TIMESPAN)));
  calls_.Stop();
  server_.reset();
}

}  // namespace pawl::server
