// The families of built-in functions.
#pragma once

#include <span>

#include "engine/expression/jsonata/function.h"

namespace pawl::expression::jsonata {

std::span<const Builtin> StringFunctions();
std::span<const Builtin> PatternFunctions();
std::span<const Builtin> EncodingFunctions();
std::span<const Builtin> NumericFunctions();
std::span<const Builtin> AggregateFunctions();
std::span<const Builtin> ArrayFunctions();
std::span<const Builtin> ObjectFunctions();
std::span<const Builtin> HigherOrderFunctions();
std::span<const Builtin> GeneralFunctions();
std::span<const Builtin> PictureFunctions();
std::span<const Builtin> DateTimeFunctions();
// What Step Functions adds.
std::span<const Builtin> StepFunctions();

}  // namespace pawl::expression::jsonata
