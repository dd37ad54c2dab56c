// The direct call of a function: AWS Lambda's Invoke.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "engine/base/bytes.h"
#include "engine/base/ids.h"
#include "engine/base/time.h"

namespace pawl {

// How long a direct call may wait for its answer. AWS Lambda: no function runs for longer.
inline constexpr Duration kInvocationMax = std::chrono::minutes(15);

// AWS Lambda: 3,583 characters of Base64.
inline constexpr std::size_t kClientContextBytesMax = 2'687;

struct InvocationRequest {
  NamespaceId namespace_id = {};
  // 1 to 140 letters, digits, '_', '-' or '.'.
  std::string function = {};
  // The version or alias behind it; may be empty.
  std::string qualifier = {};
  // JSON text: the function's event. At most Limits::payload_bytes_max.
  Bytes payload = Bytes("{}");
  // JSON text that the function's context object has as client_context; may be empty. At most
  // kClientContextBytesMax.
  std::string client_context = {};
  // The answer is to have `log_tail`.
  bool wants_log = false;
  // For a worker and for the function's answer: 1 us to kInvocationMax.
  Duration timeout = kInvocationMax;
};

struct InvocationResponse {
  // The function's aws_request_id, a UUID.
  std::string request_id = {};
  // JSON text of the result; or the function's error and its cause, as Completion has them.
  std::optional<Bytes> output = {};
  std::string error = {};
  std::string cause = {};
  // The end of what the function wrote: see Completion. Empty if it got lost.
  std::string log_tail = {};
  // Of a deployed function that was called by a version or an alias: the version's number.
  std::string executed_version = "$LATEST";
};

}  // namespace pawl
