// PAWL_CHECK: states what the program itself guarantees. It is on in release builds and stops the
// process before a broken invariant reaches the disk; within a CheckScope it stops that work only.
// Users, disks and peers never trip a check: what they get wrong is a Status or a States.* error.
#pragma once

namespace pawl {

// Writes `condition`, the place and `message` to stderr and aborts, or throws BrokenInvariant.
[[noreturn]] void CheckFailed(const char* condition,
                              const char* file,
                              int line,
                              const char* message);

}  // namespace pawl

#define PAWL_CHECK(condition) PAWL_CHECK_MESSAGE(condition, "")
#define PAWL_CHECK_MESSAGE(condition, message)                        \
  do {                                                                \
    if (!(condition)) [[unlikely]] {                                  \
      ::pawl::CheckFailed(#condition, __FILE__, __LINE__, (message)); \
    }                                                                 \
  } while (false)
