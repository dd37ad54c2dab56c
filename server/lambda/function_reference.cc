#include "server/lambda/function_reference.h"

#include <algorithm>
#include <vector>

#include "engine/base/ascii.h"

namespace pawl::lambda {
namespace {

constexpr std::size_t kAccountDigits = 12;
// The fields of the longest reference.
constexpr std::size_t kFieldsMax = 8;

bool IsLetterOrDigit(char c) {
  return IsLetter(c) || IsDigit(c);
}

bool IsWordCharacter(char c) {
  return IsLetterOrDigit(c) || c == '-' || c == '_';
}

template <typename Predicate>
bool IsAll(std::string_view text, Predicate predicate) {
  return !text.empty() && std::all_of(text.begin(), text.end(), predicate);
}

// Fields between `separator`s; none for a text with too many.
std::vector<std::string_view> Split(std::string_view text, char separator) {
  std::vector<std::string_view> fields;
  while (fields.size() < kFieldsMax) {
    const std::size_t end = text.find(separator);
    fields.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return fields;
    text.remove_prefix(end + 1);
  }
  return {};
}

bool IsAccount(std::string_view text) {
  return text.size() == kAccountDigits && IsAll(text, IsDigit);
}

// "us-east-1", "us-gov-west-1", "us-isob-east-1", "eusc-de-east-1".
bool IsRegion(std::string_view text) {
  constexpr std::string_view kSovereign = "eusc-";
  if (text.starts_with(kSovereign)) text.remove_prefix(kSovereign.size());
  const std::vector<std::string_view> parts = Split(text, '-');
  if (parts.size() != 3 && parts.size() != 4) return false;
  const std::string_view kind = parts.size() == 4 ? parts[1] : "gov";
  const bool is_kind = kind == "gov" || kind == "iso" ||
                       (kind.size() == 4 && kind.starts_with("iso") && IsLower(kind.back()));
  const std::string_view number = parts.back();
  return parts[0].size() == 2 && IsAll(parts[0], IsLower) && is_kind &&
         IsAll(parts[parts.size() - 2], IsLower) && number.size() == 1 && IsDigit(number.front());
}

bool IsPartition(std::string_view text) {
  return text.empty() ||
         (text.starts_with("aws") && std::all_of(text.begin(), text.end(), [](char c) {
            return (IsLetterOrDigit(c) && !IsDigit(c)) || c == '-';
          }));
}

bool IsName(std::string_view text) {
  return IsAll(text, [](char c) { return IsWordCharacter(c) || c == '.'; });
}

bool Conflicts(std::string_view said, std::string_view here) {
  return !said.empty() && said != here;
}

}  // namespace

bool IsQualifier(std::string_view text) {
  return text == kLatestVersion || IsAll(text, IsWordCharacter);
}

std::optional<FunctionReference> ParseFunctionReference(std::string_view text) {
  const std::vector<std::string_view> fields = Split(text, ':');
  FunctionReference reference;
  std::size_t place = 0;
  const bool is_arn = fields.size() > 3 && fields[0] == "arn" && fields[2] == "lambda";
  if (is_arn) {
    if (!IsPartition(fields[1])) return std::nullopt;
    reference.partition = fields[1];
    place = 3;
  }
  // Each part may be left out; the last field is a name whatever it looks like.
  const auto has_more = [&] { return place + 1 < fields.size(); };
  if (has_more() && IsRegion(fields[place])) reference.region = fields[place++];
  if (has_more() && IsAccount(fields[place])) reference.account = fields[place++];
  if (has_more() && fields[place] == "function") ++place;
  if (place >= fields.size() || !IsName(fields[place])) return std::nullopt;
  reference.name = fields[place++];
  if (place == fields.size()) return reference;
  reference.qualifier = fields[place++];
  if (place != fields.size() || !IsQualifier(reference.qualifier)) return std::nullopt;
  return reference;
}

bool IsNamespacedFunctionReference(std::string_view text) {
  return ParseFunctionReference(text).has_value();
}

bool IsFunctionReference(std::string_view text) {
  const auto reference = ParseFunctionReference(text);
  return reference && reference->name.find('.') == std::string_view::npos;
}

Result<FunctionName> ResolveFunction(const ArnScheme& arns,
                                     NamespaceId namespace_id,
                                     std::string_view reference,
                                     std::string_view qualifier) {
  const auto parsed = ParseFunctionReference(reference);
  if (!parsed) {
    return InvalidArgument("FunctionName names no function; a name or an ARN would be right")
        .WithReason("InvalidParameterValue");
  }
  if (Conflicts(parsed->region, arns.region)) {
    return NotFound("Functions from '" + std::string(parsed->region) +
                    "' are not reachable in this region ('" + arns.region + "')")
        .WithReason("ResourceNotFound");
  }
  if (Conflicts(parsed->account, arns.account) || Conflicts(parsed->partition, arns.partition)) {
    return NotFound("Function not found: " + std::string(reference)).WithReason("ResourceNotFound");
  }
  if (!parsed->qualifier.empty() && !qualifier.empty() && parsed->qualifier != qualifier) {
    return InvalidArgument(
               "The derived qualifier from the function name does not match the specified "
               "qualifier.")
        .WithReason("InvalidParameterValue");
  }
  return FunctionName{.namespace_id = namespace_id,
                      .name = std::string(parsed->name),
                      .qualifier = std::string(qualifier.empty() ? parsed->qualifier : qualifier)};
}

std::string ArnOf(const ArnScheme& arns, const FunctionName& name) {
  return interpreter::FunctionArn(arns, name.name, name.qualifier);
}

}  // namespace pawl::lambda
