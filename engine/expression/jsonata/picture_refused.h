// What is wrong with a picture.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "engine/base/status.h"

namespace pawl::expression::jsonata {

// FailedPrecondition whose reason is JSONata's code, "D3132".
inline Status PictureRefused(std::string_view code, std::string message) {
  return FailedPrecondition(std::move(message)).WithReason(std::string(code));
}

}  // namespace pawl::expression::jsonata
