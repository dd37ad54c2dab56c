// FollowedExecution: what becomes durable of one execution, as it happens, over restarts of the
// server: when the connection breaks it connects again and goes on behind the last event it saw.
#pragma once

#include <grpcpp/completion_queue.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "engine/base/status.h"
#include "pawl/v1/workflow_service.grpc.pb.h"
#include "server/cli/client.h"

namespace pawl::cli {

// How long a lost connection is tried again.
inline constexpr std::chrono::seconds kReconnectFor(60);

class FollowedExecution {
 public:
  struct Options {
    std::string state_machine;
    std::string execution;
    bool is_without_payloads = false;
    std::uint32_t after_event_id = 0;
  };

  // `client` outlives it.
  FollowedExecution(Client& client, Options options);
  FollowedExecution(const FollowedExecution&) = delete;
  FollowedExecution& operator=(const FollowedExecution&) = delete;
  ~FollowedExecution();

  // The next change, or nullopt when `wait_max` is over. After the change that closes the execution
  // there are no more. Errors: kUnavailable where no server answers at first, or for kReconnectFor
  // later; kNotFound and others for the execution.
  Result<std::optional<v1::ExecutionChange>> Next(std::chrono::milliseconds wait_max);

  // False while a lost connection is tried again.
  bool is_connected() const { return !lost_at_.has_value(); }

 private:
  // One stream and everything that must live as long as it.
  struct Stream;
  enum class Step : std::uintptr_t;

  void Connect();
  void Disconnect();
  void Take(Step step, bool is_ok);
  // The stream ended; an error if it will not be tried again.
  Status OnEnd(const Status& status);

  Client& client_;
  Options options_;
  std::unique_ptr<Stream> stream_;
  // Nothing comes out of it: waiting for it is waiting.
  grpc::CompletionQueue idle_;
  // When the connection was lost and when it is tried again.
  std::optional<Timestamp> lost_at_;
  Timestamp connect_at_;
  bool was_connected_ = false;
};

}  // namespace pawl::cli
