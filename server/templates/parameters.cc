#include "server/templates/parameters.h"

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "server/templates/problem_codes.h"

namespace pawl::templates {

using asl::Place;
using asl::Quote;
using asl::SourceMember;
using asl::SourceNode;
using json::Type;
using json::Value;

namespace {

constexpr std::string_view kNoValue = "AWS::NoValue";
constexpr std::string_view kStoredType = "AWS::SSM::Parameter::Value<";

// A scalar as the text that it stands for.
std::optional<std::string> TextOf(const SourceNode* node) {
  if (node == nullptr || !node->tag.empty()) return std::nullopt;
  if (node->is(Type::kString) || node->is(Type::kNumber)) return std::string(node->text);
  if (node->is(Type::kBoolean)) return node->boolean ? "true" : "false";
  return std::nullopt;
}

std::optional<double> NumberOf(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// The bound that the parameter's member sets, if it sets one.
std::optional<double> BoundOf(const SourceNode& parameter, std::string_view name) {
  const std::optional<std::string> text = TextOf(parameter.FindValue(name));
  return text ? NumberOf(*text) : std::nullopt;
}

bool IsOutside(const SourceNode& parameter,
               std::string_view min,
               std::string_view max,
               double value) {
  const std::optional<double> least = BoundOf(parameter, min);
  const std::optional<double> most = BoundOf(parameter, max);
  return (least && value < *least) || (most && value > *most);
}

// Why a value is not allowed; empty if it is.
std::string WhyNotAllowed(const SourceNode& parameter,
                          const std::string& type,
                          const std::string& value) {
  if (type == "Number") {
    const std::optional<double> number = NumberOf(value);
    if (!number) return "is no number";
    if (IsOutside(parameter, "MinValue", "MaxValue", *number)) {
      return "is not between MinValue and MaxValue";
    }
  }
  const auto length = static_cast<double>(value.size());
  if (type == "String" && IsOutside(parameter, "MinLength", "MaxLength", length)) {
    return "is not as long as MinLength and MaxLength allow";
  }
  const SourceNode* allowed = parameter.FindValue("AllowedValues");
  if (allowed == nullptr || !allowed->is(Type::kArray)) return "";
  std::string list;
  for (const SourceNode* item : allowed->items) {
    const std::optional<std::string> text = TextOf(item);
    if (text == value) return "";
    list += (list.empty() ? "" : ", ") + text.value_or("?");
  }
  return "is none of AllowedValues: " + list;
}

std::string_view Trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

bool IsList(const std::string& type) {
  return type == "CommaDelimitedList" || type.starts_with("List<");
}

}  // namespace

Parameters::Parameters(const Place* section,
                       const TemplateOptions& options,
                       asl::Problems& problems,
                       json::Arena& arena)
    : problems_(problems), arena_(arena) {
  std::vector<std::string_view> names;
  if (section != nullptr) {
    for (const SourceMember& member : section->node->members) {
      names.push_back(member.name);
      Add(section->Member(member), options);
    }
  }
  for (const auto& [name, value] : options.parameters) {
    if (values_.find(name) != values_.end()) continue;
    problems_.ErrorAt(
        code::kParameter,
        {},
        "the template has no parameter " + Quote(name) + asl::DidYouMean(name, names));
  }
  AddPseudo(options);
}

void Parameters::AddPseudo(const TemplateOptions& options) {
  const auto add = [this](std::string_view name, const std::string& text) {
    values_.insert_or_assign(std::string(name), Value::String(arena_.Copy(text)));
  };
  const Account& account = options.account;
  const std::string stack =
      options.stack_name.empty() ? std::string(kStackNameDefault) : options.stack_name;
  add("AWS::AccountId", account.id);
  add("AWS::Partition", account.partition);
  add("AWS::Region", account.region);
  add("AWS::StackName", stack);
  add("AWS::StackId",
      "arn:" + account.partition + ":cloudformation:" + account.region + ":" + account.id +
          ":stack/" + stack + "/00000000-0000-0000-0000-000000000000");
  add("AWS::URLSuffix", account.partition == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com");
  values_.insert_or_assign("AWS::NotificationARNs", Value::Array({}));
}

void Parameters::Add(const Place& place, const TemplateOptions& options) {
  const std::string name(place.name);
  const SourceNode& parameter = *place.node;
  std::optional<Value>& kept = values_[name];
  // What is wrong is told once and not wherever the parameter is used.
  kept = Value::String({});
  if (!parameter.is(Type::kObject)) {
    return problems_.Error(
        code::kTemplate, place, "a parameter is an object with Type, not " + Describe(parameter));
  }
  const std::string type = TextOf(parameter.FindValue("Type")).value_or("");
  if (type.empty()) {
    return problems_.Error(code::kTemplate, place, "the parameter has no Type, such as String");
  }
  const auto given = options.parameters.find(name);
  const bool is_given = given != options.parameters.end();
  // The default of such a parameter says where its value is, and that is not here.
  const bool is_stored = type.starts_with(kStoredType);
  std::optional<std::string> value;
  if (is_given) {
    value = given->second;
  } else if (!is_stored) {
    value = TextOf(parameter.FindValue("Default"));
  }
  if (!value) {
    if (is_stored) {
      kept = std::nullopt;
      return;
    }
    return problems_.Error(
        code::kMissingParameter,
        place,
        "the parameter has no value and no Default; give it with --parameter " + name + "=VALUE");
  }
  if (const std::string why = WhyNotAllowed(parameter, type, *value); !why.empty()) {
    return problems_.Error(
        code::kParameter, place, "the value " + Quote(*value) + " of the parameter " + why);
  }
  kept = ToValue(type, *value);
}

Value Parameters::ToValue(const std::string& type, const std::string& text) {
  const std::string_view kept = arena_.Copy(text);
  if (!IsList(type)) return Value::String(kept);
  json::ArrayBuilder items;
  std::string_view rest = kept;
  while (true) {
    const std::size_t comma = rest.find(',');
    items.Add(Value::String(Trimmed(rest.substr(0, comma))));
    if (comma == std::string_view::npos) return items.Build(arena_);
    rest.remove_prefix(comma + 1);
  }
}

bool Parameters::Has(std::string_view name) const {
  return name == kNoValue || values_.find(name) != values_.end();
}

std::optional<Value> Parameters::Get(std::string_view name, const Place& place) const {
  if (name == kNoValue) return std::nullopt;
  const auto found = values_.find(name);
  if (found->second) return found->second;
  problems_.Error(code::kMissingParameter,
                  place,
                  "the parameter " + Quote(name) +
                      " has no value: its Default only says where one is kept; give it with "
                      "--parameter " +
                      std::string(name) + "=VALUE");
  return std::nullopt;
}

}  // namespace pawl::templates
