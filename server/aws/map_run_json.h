// A Map run as DescribeMapRun and ListMapRuns of AWS Step Functions give it.
#pragma once

#include <string>

#include "engine/runtime/engine.h"

namespace pawl::aws {

// Appends AWS's DescribeMapRunOutput as one JSON object.
void WriteMapRun(std::string& out, const MapRunInfo& run);

// Appends AWS's MapRunListItem.
void WriteMapRunItem(std::string& out, const MapRunInfo& run);

}  // namespace pawl::aws
