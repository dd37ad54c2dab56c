// A time as HTTP writes it.
#pragma once

#include <string>

#include "engine/base/time.h"

namespace pawl::http {

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, section 5.6.7); parts of a second are cut off.
std::string HttpDate(Timestamp time);

}  // namespace pawl::http
