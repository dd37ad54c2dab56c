// The ways in which AWS Lambda's API names a function: "name", "name:qualifier",
// "123456789012:function:name" and "arn:aws:lambda:us-east-1:123456789012:function:name:qualifier"
// (AWS Lambda API Reference, "FunctionName").
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "engine/runtime/engine.h"

namespace pawl::lambda {

// What the API model's patterns say, for messages.
inline constexpr std::string_view kFunctionPattern =
    R"((arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?)"
    R"((\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?)";
inline constexpr std::string_view kNamespacedFunctionPattern =
    R"((arn:(aws[a-zA-Z-]*)?:lambda:)?((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\d{1}:)?)"
    R"((\d{12}:)?(function:)?([a-zA-Z0-9-_\.]+)(:(\$LATEST|[a-zA-Z0-9-_]+))?)";

struct FunctionReference {
  // Empty where the text does not say it.
  std::string_view partition = {};
  std::string_view region = {};
  std::string_view account = {};
  std::string_view name = {};
  std::string_view qualifier = {};
};

// Points into `text`; nullopt if it names no function.
std::optional<FunctionReference> ParseFunctionReference(std::string_view text);

// Whether the text matches kFunctionPattern, or kNamespacedFunctionPattern: names with dots, which
// workers may announce.
bool IsFunctionReference(std::string_view text);
bool IsNamespacedFunctionReference(std::string_view text);
// "$LATEST", a version or an alias.
bool IsQualifier(std::string_view text);

// The function that `reference` and `qualifier` (may be empty) name together. Errors: reason
// ResourceNotFound (another region or account), InvalidParameterValue (two qualifiers that differ).
Result<FunctionName> ResolveFunction(const ArnScheme& arns,
                                     NamespaceId namespace_id,
                                     std::string_view reference,
                                     std::string_view qualifier);

// "arn:aws:lambda:us-east-1:123456789012:function:name:qualifier".
std::string ArnOf(const ArnScheme& arns, const FunctionName& name);

}  // namespace pawl::lambda
