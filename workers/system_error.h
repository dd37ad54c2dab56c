// SystemError: a system call that failed, as a status.
#pragma once

#include <string_view>

#include "engine/base/status.h"

namespace pawl::workers {

// Unavailable, for what `call` has left in errno: "socketpair: Too many open files".
Status SystemError(std::string_view call);

}  // namespace pawl::workers
