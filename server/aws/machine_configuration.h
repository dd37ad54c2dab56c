// What AWS keeps with a state machine and Pawl does not act on: logging, tracing and encryption.
// The engine keeps it with each revision as one JSON text.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "server/aws/api_input.h"
#include "server/aws/json_fields.h"

namespace pawl::aws {

// The text to keep: the configurations of `input`, and those of `kept` (a text of before, or empty)
// that `input` does not name. nullopt if `input` names none. Reason InvalidLoggingConfiguration:
// logging at a level needs exactly one destination; InvalidEncryptionConfiguration: a customer's
// key without its id.
Result<std::optional<std::string>> ConfigurationOf(const ApiInput& input, std::string_view kept);

// Reason InvalidEncryptionConfiguration: the member encryptionConfiguration of `input`, if it is
// there, names a customer's key without its id.
Status CheckEncryption(const ApiInput& input);

// Whether `input` names one.
bool NamesConfiguration(const ApiInput& input);

// Adds the members loggingConfiguration, tracingConfiguration and encryptionConfiguration: those of
// `kept`, or what AWS says of a state machine that was made without them.
void WriteConfiguration(std::string& out, JsonFields& fields, std::string_view kept);

}  // namespace pawl::aws
