// Choice states: rules, their conditions and operators.
#pragma once

#include "engine/asl/fields.h"
#include "engine/asl/state_machine.h"
#include "engine/asl/transitions.h"

namespace pawl::asl {

// Next and Default are ordinals of the scope.
ChoiceState CompileChoice(const Fields& fields,
                          Language language,
                          Transitions& transitions,
                          Problems& problems);

}  // namespace pawl::asl
