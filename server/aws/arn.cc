#include "server/aws/arn.h"

#include <array>
#include <utility>

#include "server/aws/api_error.h"

namespace pawl::aws {
namespace {

constexpr std::string_view kPrefix = "arn:";

// arn:partition:service:region:account:type:rest
struct Parts {
  std::string_view partition;
  std::string_view service;
  std::string_view region;
  std::string_view account;
  std::string_view type;
  std::string_view rest;
};

Status InvalidArn(const std::string& what) {
  return Refusal("InvalidArn", "Invalid Arn: '" + what + "'");
}

Result<Parts> Split(std::string_view text) {
  if (!text.starts_with(kPrefix)) return InvalidArn("Invalid ARN prefix: " + std::string(text));
  std::array<std::string_view, 5> fields;
  std::string_view left = text.substr(kPrefix.size());
  for (std::string_view& field : fields) {
    const std::size_t colon = left.find(':');
    if (colon == std::string_view::npos) return InvalidArn("Malformed ARN: " + std::string(text));
    field = left.substr(0, colon);
    left.remove_prefix(colon + 1);
  }
  return Parts{fields[0], fields[1], fields[2], fields[3], fields[4], left};
}

// What is expected, and what to say of a resource that is not here.
struct Expected {
  std::string_view type;
  const char* missing;
  std::string_view missing_words;
};

constexpr Expected kMachine{.type = "stateMachine",
                            .missing = "StateMachineDoesNotExist",
                            .missing_words = "State Machine Does Not Exist"};

Result<Parts> SplitAs(const ArnScheme& arns, const std::string& text, const Expected& expected) {
  ASSIGN_OR_RETURN(const Parts parts, Split(text));
  if (parts.service != "states") {
    return InvalidArn("Invalid ARN service: " + std::string(parts.service));
  }
  if (parts.type != expected.type) {
    return InvalidArn("Resource type not valid in this context: " + std::string(parts.type));
  }
  if (parts.rest.empty()) return InvalidArn("Malformed ARN: " + text);
  if (parts.partition != arns.partition || parts.region != arns.region ||
      parts.account != arns.account) {
    return Refusal(expected.missing, std::string(expected.missing_words) + ": '" + text + "'");
  }
  return parts;
}

bool IsRoleArn(std::string_view text) {
  constexpr std::string_view kService = ":iam::";
  constexpr std::string_view kRole = ":role/";
  const std::size_t service = text.find(kService);
  if (!text.starts_with(kPrefix) || service == std::string_view::npos) return false;
  text.remove_prefix(service + kService.size());
  const std::size_t account = text.find_first_not_of("0123456789");
  if (account == 0 || account == std::string_view::npos) return false;
  text.remove_prefix(account);
  return text.starts_with(kRole) && text.size() > kRole.size();
}

}  // namespace

Result<QualifiedName> ParseMachineArn(const ArnScheme& arns, const std::string& text) {
  ASSIGN_OR_RETURN(const Parts parts, SplitAs(arns, text, kMachine));
  if (parts.rest.find('/') != std::string_view::npos) {
    return Invalid("This operation does not support ARNs with the label of a Map state: '" + text +
                   "'");
  }
  return SplitQualified(parts.rest);
}

Result<std::string> ParsePlainMachineArn(const ArnScheme& arns, const std::string& text) {
  ASSIGN_OR_RETURN(QualifiedName name, ParseMachineArn(arns, text));
  if (name.qualifier.empty()) return std::move(name.state_machine);
  return Refusal(kMachine.missing, std::string(kMachine.missing_words) + ": '" + text + "'");
}

Result<ExecutionName> ParseExecutionArn(const ArnScheme& arns,
                                        NamespaceId namespace_id,
                                        const std::string& text) {
  ASSIGN_OR_RETURN(const Parts parts,
                   SplitAs(arns,
                           text,
                           {.type = "execution",
                            .missing = "ExecutionDoesNotExist",
                            .missing_words = "Execution Does Not Exist"}));
  const std::size_t colon = parts.rest.find(':');
  if (colon == std::string_view::npos) return InvalidArn("Malformed ARN: " + text);
  return ExecutionName{.namespace_id = namespace_id,
                       .state_machine = std::string(parts.rest.substr(0, colon)),
                       .name = std::string(parts.rest.substr(colon + 1))};
}

Result<std::string> ParseActivityArn(const ArnScheme& arns, const std::string& text) {
  ASSIGN_OR_RETURN(const Parts parts,
                   SplitAs(arns,
                           text,
                           {.type = "activity",
                            .missing = "ActivityDoesNotExist",
                            .missing_words = "Activity Does Not Exist"}));
  return std::string(parts.rest);
}

Result<ResourceName> ParseResourceArn(const ArnScheme& arns,
                                      NamespaceId namespace_id,
                                      const std::string& text) {
  ASSIGN_OR_RETURN(const Parts parts, Split(text));
  const bool is_activity = parts.type == "activity";
  ASSIGN_OR_RETURN(const Parts checked,
                   SplitAs(arns,
                           text,
                           {.type = is_activity ? "activity" : "stateMachine",
                            .missing = "ResourceNotFound",
                            .missing_words = "Resource not found"}));
  return ResourceName{.namespace_id = namespace_id,
                      .kind = is_activity ? ResourceKind::kActivity : ResourceKind::kStateMachine,
                      .name = std::string(checked.rest)};
}

Status CheckMapRunArn(const ArnScheme& arns, const std::string& text) {
  return SplitAs(arns,
                 text,
                 {.type = "mapRun",
                  .missing = "ResourceNotFound",
                  .missing_words = "Map Run Does Not Exist"})
      .status();
}

Status CheckRoleArn(const std::string& text) {
  return IsRoleArn(text) ? OkStatus() : Refusal("InvalidArn", "Invalid Role Arn: '" + text + "'");
}

}  // namespace pawl::aws
