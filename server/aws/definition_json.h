// What is wrong with a definition, as AWS Step Functions says it.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "engine/asl/compile.h"

namespace pawl::aws {

// The message of the error InvalidDefinition, by which CreateStateMachine refuses a definition:
// "Invalid State Machine Definition: 'CODE: what is wrong at /States/X/Field'". Warnings are left
// out; `diagnostics` has at least one error. Where the labels of Maps are all that is wrong, AWS
// says it otherwise, and shows the whole `definition`: "Error=ValueError Args=['Label cannot be
// empty'] in definition '{...}'." (recorded).
std::string InvalidDefinitionMessage(std::span<const asl::Diagnostic> diagnostics,
                                     std::string_view definition);

// Appends AWS's ValidateStateMachineDefinitionOutput as one JSON object, with the first
// `diagnostics_max` of the diagnostics.
void WriteValidation(std::string& out,
                     std::span<const asl::Diagnostic> diagnostics,
                     std::size_t diagnostics_max);

}  // namespace pawl::aws
