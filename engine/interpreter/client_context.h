// ClientContext: what lambda:invoke hands to a function beside its event (AWS Lambda, Invoke).
#pragma once

#include <cstddef>
#include <string>

#include "engine/base/status.h"
#include "engine/json/value.h"

namespace pawl::interpreter {

// AWS Lambda's bound, in Base64.
inline constexpr std::size_t kClientContextTextMax = 3'583;

// The JSON text inside the Parameters of a lambda:invoke; empty where they have none.
//
// InvalidArgument, in Lambda's words, for what is no Base64 of a JSON object.
Result<std::string> ClientContextOf(const json::Value& parameters);

}  // namespace pawl::interpreter
