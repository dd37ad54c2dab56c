// Resident memory of a process and what it has started.
#pragma once

#include <sys/types.h>

#include <cstddef>

namespace pawl::workers {

// Bytes that `pid` and its descendants hold resident; 0 for a process that is gone. Pages that
// several of them share count for each.
std::size_t ResidentBytes(pid_t pid);

}  // namespace pawl::workers
