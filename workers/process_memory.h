// Resident memory of a process and what it has started.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>

namespace pawl::workers {

// How often processes with a limit are asked for it.
inline constexpr std::chrono::milliseconds kMemoryCheckEvery(50);

// Bytes that `pid` and its descendants hold resident; 0 for a process that is gone. Pages that
// several of them share count for each.
std::size_t ResidentBytes(pid_t pid);

}  // namespace pawl::workers
