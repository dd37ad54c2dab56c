// What a process has used of the processors.
#pragma once

namespace pawl::bench {

// User and system time of the process `pid`, in seconds; 0 if it cannot be read.
double CpuSeconds(int pid);

}  // namespace pawl::bench
