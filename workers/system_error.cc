#include "workers/system_error.h"

#include <cerrno>
#include <string>
#include <system_error>

namespace pawl::workers {

Status SystemError(std::string_view call) {
  const int error = errno;
  return Unavailable(std::string(call) + ": " + std::generic_category().message(error));
}

}  // namespace pawl::workers
