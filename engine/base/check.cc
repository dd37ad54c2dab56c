#include "engine/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace pawl {

void CheckFailed(const char* condition, const char* file, int line, const char* message) noexcept {
  std::fprintf(stderr,
               "pawl: internal error at %s:%d: %s does not hold. %s\n",
               file,
               line,
               condition,
               message);
  std::abort();
}

}  // namespace pawl
