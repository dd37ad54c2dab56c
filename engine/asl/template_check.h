// Checks values that hold expressions at any depth: payload templates in JSONPath, and values with
// "{% … %}" strings in JSONata.
#pragma once

#include "engine/asl/fields.h"
#include "engine/asl/problems.h"
#include "engine/asl/source.h"

namespace pawl::asl {

// All of these report what is wrong and what is not supported yet; false if something is wrong.

// A payload template or a JSONata value.
bool CheckValue(const Place& place, Language language, Problems& problems);

// The value of one member whose name ends in ".$": a path or an intrinsic function call.
bool CheckDynamic(const Place& place, Problems& problems);

// Assign: variables by name.
bool CheckAssignments(const Place& place, Language language, Problems& problems);

// Whether the value is a string written as a JSONata expression.
bool IsExpression(const Place& place);

// Such a string.
bool CheckExpression(const Place& place, Problems& problems);

}  // namespace pawl::asl
