// What is known of resources by their type: which ones Pawl runs, how those that it does not are
// called, and why they are left out.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "server/templates/template.h"

namespace pawl::templates {

enum class ResourceKind : std::uint8_t {
  kFunction,
  kFunctionVersion,
  kFunctionAlias,
  kActivity,
  kStateMachine,
  kStateMachineVersion,
  kStateMachineAlias,
  // Everything that is left out.
  kOther,
};

// Patterns hold {P}, {R}, {A} and {N}: partition, region, account and the resource's name.
struct ResourceType {
  std::string_view type = {};
  ResourceKind kind = ResourceKind::kOther;
  // The property that names it; empty: it has none.
  std::string_view name_property = {};
  // What Ref gives; for versions and aliases the code says it.
  std::string_view reference = "{N}";
  // What Fn::GetAtt gives for Arn; empty: not known.
  std::string_view arn = {};
  // The attribute that is the name, such as "QueueName".
  std::string_view name_attribute = {};
  std::string_view why_left_out = {};
};

// Never fails: a type that is not known is left out.
const ResourceType& TypeOf(std::string_view type);

// The attribute as the type's patterns have it; nullopt where they do not.
std::optional<std::string> AttributeOf(const ResourceType& type,
                                       std::string_view attribute,
                                       const Account& account,
                                       std::string_view name);

std::string Filled(std::string_view pattern, const Account& account, std::string_view name);

// Why a property of a function or a state machine is left out.
std::string_view WhyPropertyIsLeftOut(std::string_view property);

// Why an event of a function or a state machine is left out.
std::string_view WhyEventIsLeftOut(std::string_view event_type);

}  // namespace pawl::templates
