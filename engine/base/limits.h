// Limits: how much of everything the engine takes. The defaults are the quotas of AWS Step
// Functions where it has one.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/base/time.h"

namespace pawl {

// How deep JSON may nest, payloads and definitions alike. Deeper text is refused at the door.
inline constexpr std::size_t kJsonDepthMax = 512;

// Settings that change what a definition may do. Fixed while the engine runs.
struct Limits {
  // One payload (input, output, result), in bytes of JSON text. AWS: 262,144.
  std::size_t payload_bytes_max = std::size_t{256} * 1024;
  // The value of one variable, all values of one Assign, and all variables that a state sees, in
  // bytes of JSON text. AWS: 262,144 twice, and 10 MiB.
  std::size_t variable_bytes_max = std::size_t{256} * 1024;
  std::size_t assign_bytes_max = std::size_t{256} * 1024;
  std::size_t variables_bytes_max = std::size_t{10} * 1024 * 1024;
  // Events in one history, those still to come in the turn included. AWS: 25,000.
  std::uint32_t history_events_max = 25'000;
  // A definition's source text. AWS: 1 MiB.
  std::size_t definition_bytes_max = std::size_t{1024} * 1024;
  // Iterations of an inline Map that run at once where MaxConcurrency is 0. AWS: 40.
  std::uint32_t inline_map_concurrency = 40;
  // Executions of a distributed Map that are open at once. AWS: 10,000.
  std::uint32_t distributed_map_concurrency = 10'000;
  // How long an EXPRESS execution may take. AWS: five minutes.
  Duration express_duration_max = std::chrono::minutes(5);
  // How long after its end an execution can be redriven. AWS: 14 days.
  Duration redrive_period = std::chrono::hours(24 * 14);
  // Transitions of one turn before it yields to other executions.
  std::uint32_t turn_transitions_max = 64;
  // History bytes of one turn before it yields.
  std::size_t turn_history_bytes_max = std::size_t{1024} * 1024;
};

}  // namespace pawl
