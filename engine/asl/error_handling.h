// Retry and Catch.
#pragma once

#include <vector>

#include "engine/asl/fields.h"
#include "engine/asl/state_machine.h"
#include "engine/asl/transitions.h"

namespace pawl::asl {

std::vector<Retrier> CompileRetriers(const Fields& state, Language language, Problems& problems);

// Next is an ordinal of the scope.
std::vector<Catcher> CompileCatchers(const Fields& state,
                                     Language language,
                                     Transitions& transitions,
                                     Problems& problems);

}  // namespace pawl::asl
