// The integrations of AWS services that a worker calls, and HTTP tasks: what a Task can name.
#pragma once

#include <string_view>

#include "engine/asl/resource.h"

namespace pawl::asl {

// What the Task calls whose resource is `text`, with `call`, "SERVICE:ACTION" or
// "aws-sdk:SERVICE:ACTION", and `suffix`, which stands for `pattern`, at its end.
//
// kService where a worker can call it. kUnsupported for what AWS has and no worker calls. kInvalid,
// with what there is instead, for what AWS does not have. The services of the AWS SDK are too many,
// and grow too fast, to be listed here: their names are only checked in their form, and the worker
// that calls them knows the rest.
Resource ParseServiceIntegration(std::string_view text,
                                 std::string_view call,
                                 std::string_view suffix,
                                 IntegrationPattern pattern);

}  // namespace pawl::asl
