// Task states: the resource and its parameters.
#pragma once

#include "engine/asl/fields.h"
#include "engine/asl/state_machine.h"

namespace pawl::asl {

TaskState CompileTask(const Fields& fields,
                      Language language,
                      MachineType type,
                      Problems& problems);

}  // namespace pawl::asl
