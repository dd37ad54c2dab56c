// JavaText: a value as Java's toString gives it, which is what Step Functions puts into messages
// and into the texts of States.Format: {a=1, b=[x, null]}.
#pragma once

#include <string>

#include "engine/json/value.h"

namespace pawl::expression {

std::string JavaText(json::Value value);

}  // namespace pawl::expression
