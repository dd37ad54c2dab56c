#include "server/cli/client.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

namespace pawl::cli {
namespace {

constexpr int kMessageBytesMax = 64 * 1024 * 1024;
constexpr int kReconnectMilliseconds = 250;

std::shared_ptr<grpc::Channel> Connect(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMessageBytesMax);
  // A proxy of the environment is for the Internet; the server listens on loopback.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectMilliseconds);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kReconnectMilliseconds);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 4 * kReconnectMilliseconds);
  return grpc::CreateCustomChannel(address, grpc::InsecureChannelCredentials(), arguments);
}

}  // namespace

Client::Client(const std::string& address, platform::Clock& clock)
    : Client(Connect(address), clock) {}

Client::Client(const std::shared_ptr<grpc::Channel>& channel, platform::Clock& clock)
    : clock_(clock),
      stub_(v1::WorkflowService::NewStub(channel)),
      functions_(v1::FunctionService::NewStub(channel)) {}

}  // namespace pawl::cli
