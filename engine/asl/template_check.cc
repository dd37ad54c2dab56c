#include "engine/asl/template_check.h"

#include <algorithm>
#include <string>
#include <unordered_set>

#include "engine/asl/path_check.h"
#include "engine/base/ascii.h"
#include "engine/expression/intrinsic.h"
#include "engine/expression/jsonata/jsonata_template.h"

namespace pawl::asl {

namespace {

constexpr std::size_t kVariableNameMax = 80;
constexpr std::string_view kDynamic = ".$";

// Recursion: as deep as the tree.
bool CheckJsonataValue(const Place& place, Problems& problems) {
  bool is_good = true;
  if (IsExpression(place)) {
    is_good = CheckExpression(place, problems);
  }
  for (std::size_t i = 0; i < place.node->items.size(); ++i) {
    is_good = CheckJsonataValue(place.Item(i), problems) && is_good;
  }
  for (const SourceMember& member : place.node->members) {
    is_good = CheckJsonataValue(place.Member(member), problems) && is_good;
  }
  return is_good;
}

bool ReportDynamic(const Place& place, std::string_view why, Problems& problems) {
  problems.ErrorInObject(code::kSchema,
                         place,
                         "The value for the field " + Quote(place.name) +
                             " must be a valid JSONPath or a valid intrinsic function call",
                         std::string(why));
  return false;
}

// "name": "$.path" is a string; most likely "name.$" was meant.
void WarnOfStaticPath(const Place& place, Problems& problems) {
  if (!place.node->is(json::Type::kString)) {
    return;
  }
  const std::string_view text = place.node->text;
  const bool is_call = expression::Intrinsic::LooksLikeCall(text) && text.ends_with(')');
  if (text.starts_with("$.") || text.starts_with("$$.") || text.starts_with("$[") || is_call) {
    problems.Warning(code::kNoDollar,
                     place,
                     Describe(*place.node) +
                         " is passed on as it is; to evaluate it, name the "
                         "field '" +
                         std::string(place.name.substr(0, kVariableNameMax)) + ".$'");
  }
}

bool CheckConflicts(const Place& place, Problems& problems) {
  const auto& members = place.node->members;
  const bool has_dynamic = std::any_of(members.begin(), members.end(), [](const auto& member) {
    return member.name.ends_with(kDynamic);
  });
  if (!has_dynamic) {
    return true;
  }
  std::unordered_set<std::string_view> names;
  for (const SourceMember& member : members) {
    names.insert(member.name);
  }
  bool is_good = true;
  for (const SourceMember& member : members) {
    const std::string_view plain =
        member.name.substr(0, member.name.size() - std::min(member.name.size(), kDynamic.size()));
    if (member.name.ends_with(kDynamic) && names.contains(plain)) {
      problems.ErrorAtName(code::kDuplicateField,
                           place.Member(member),
                           "both " + Quote(plain) + " and " + Quote(member.name) +
                               " give the field " + Quote(plain) + "; keep one of them");
      is_good = false;
    }
  }
  return is_good;
}

// Recursion: as deep as the tree.
bool CheckTemplate(const Place& place, Problems& problems) {
  bool is_good = CheckConflicts(place, problems);
  for (std::size_t i = 0; i < place.node->items.size(); ++i) {
    is_good = CheckTemplate(place.Item(i), problems) && is_good;
  }
  for (const SourceMember& member : place.node->members) {
    const Place value = place.Member(member);
    if (member.name.ends_with(kDynamic)) {
      is_good = CheckDynamic(value, problems) && is_good;
    } else {
      WarnOfStaticPath(value, problems);
      is_good = CheckTemplate(value, problems) && is_good;
    }
  }
  return is_good;
}

bool IsVariableName(std::string_view name) {
  const auto is_part = [](char c) {
    return IsLetter(c) || IsDigit(c) || c == '_' || c == '-' ||
           static_cast<unsigned char>(c) >= 0x80;
  };
  const auto characters = std::count_if(name.begin(), name.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  });
  return !name.empty() && characters <= static_cast<std::ptrdiff_t>(kVariableNameMax) &&
         (name.front() < '0' || name.front() > '9') &&
         std::all_of(name.begin(), name.end(), is_part) && name != "states";
}

}  // namespace

bool CheckValue(const Place& place, Language language, Problems& problems) {
  return language == Language::kJsonata ? CheckJsonataValue(place, problems)
                                        : CheckTemplate(place, problems);
}

bool CheckDynamic(const Place& place, Problems& problems) {
  if (!place.node->is(json::Type::kString)) {
    return ReportDynamic(place, "found " + Describe(*place.node), problems);
  }
  const std::string_view text = place.node->text;
  const bool is_call = expression::Intrinsic::LooksLikeCall(text);
  if (!is_call && !text.starts_with('$')) {
    return ReportDynamic(
        place,
        "found " + Describe(*place.node) + "; remove '.$' from the name to make it a plain string",
        problems);
  }
  const PathCheck check = is_call ? CheckCallText(text) : CheckPathText(text);
  if (!check.status.ok()) {
    return ReportDynamic(place, check.status.message(), problems);
  }
  if (!check.unsupported.empty()) {
    problems.NotSupported(place, check.unsupported);
  }
  return true;
}

bool CheckAssignments(const Place& place, Language language, Problems& problems) {
  if (!place.node->is(json::Type::kObject)) {
    problems.Error(
        code::kSchema,
        place,
        "expected an object of variables and their values, found " + Describe(*place.node));
    return false;
  }
  bool is_good = true;
  for (const SourceMember& member : place.node->members) {
    std::string_view name = member.name;
    if (language == Language::kJsonPath && name.ends_with(kDynamic)) {
      name.remove_suffix(kDynamic.size());
    }
    if (!IsVariableName(name)) {
      problems.ErrorAtName(
          code::kSchema,
          place.Member(member),
          Quote(name) +
              " is no variable's name: that has 1 to 80 letters, digits, '_' and '-', "
              "does not begin with a digit, and is not 'states'");
      is_good = false;
    }
  }
  return CheckValue(place, language, problems) && is_good;
}

bool IsExpression(const Place& place) {
  return place.node->is(json::Type::kString) &&
         expression::JsonataTemplate::LooksLikeExpression(place.node->text);
}

bool CheckExpression(const Place& place, Problems& problems) {
  const Status status =
      expression::JsonataTemplate::Compile(json::Value::String(place.node->text)).status();
  if (!status.ok()) {
    problems.Error(
        code::kInvalidJsonata, place, "this is no JSONata expression: " + status.message());
  }
  return status.ok();
}

}  // namespace pawl::asl
