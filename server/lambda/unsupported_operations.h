// The operations of AWS Lambda's API that are not served: so that a refusal can name them.
#pragma once

#include <string_view>

#include "server/lambda/uri_template.h"

namespace pawl::lambda {

// Empty for what is no operation of AWS Lambda's.
std::string_view UnsupportedOperationName(std::string_view method, const Target& target);

}  // namespace pawl::lambda
