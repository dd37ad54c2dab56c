// Process descriptors: they name a process even when its number has been given to another.
//
// <sys/pidfd.h> of glibc 2.36 declares these without C linkage, so they are made here.
#pragma once

#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include "workers/unique_fd.h"

namespace pawl::workers {

// Closed, with errno set, where there is no such process or no room.
inline UniqueFd OpenPidfd(pid_t pid) {
  return UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U)));
}

// Does nothing to a process that has ended.
inline void SendSignal(const UniqueFd& pidfd, int signal) {
  ::syscall(SYS_pidfd_send_signal, pidfd.get(), signal, nullptr, 0U);
}

}  // namespace pawl::workers
