// What deployed functions may be, and the errors about them, in AWS Lambda's words (API reference,
// 2015-03-31): pure. Private to the catalogue of functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/interpreter/turn.h"
#include "engine/runtime/deployed_functions.h"

namespace pawl::runtime {

// All: InvalidArgument (reason InvalidParameterValue; see field()).
Status CheckFunctionName(const FunctionName& name);
Status CheckFunctionConfiguration(const FunctionConfiguration& configuration);
Status CheckFunctionDescription(std::string_view description);
// The archive: its size, and that it can be unpacked safely. Inflates it, some 250 MB a second.
Status CheckFunctionCode(const Bytes& code);
Status CheckFunctionAliasName(std::string_view alias);

Status InvalidFunctionParameter(std::string message, std::string field);
// NotFound (reason ResourceNotFound). With the qualifier, if there is one.
Status FunctionNotFound(const interpreter::ArnScheme& arns, const FunctionName& name);
Status FunctionAliasNotFound(const interpreter::ArnScheme& arns, const FunctionName& name);
// AlreadyExists (reason ResourceConflict).
Status FunctionConflict(std::string message);
// FailedPrecondition (reason PreconditionFailed) unless `expected` is `revision_id`, or not there.
Status CheckFunctionRevision(const std::optional<std::string>& expected,
                             const std::string& revision_id);

// 0 for kLatestVersion; nullopt for what is no version: an alias, or no number that one has.
std::optional<std::uint64_t> VersionNumber(std::string_view qualifier);
// kLatestVersion for 0.
std::string VersionText(std::uint64_t version);

}  // namespace pawl::runtime
