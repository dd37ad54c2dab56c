#include "tests/conformance/asl/key_values.h"

#include <algorithm>
#include <cctype>
#include <utility>

#include "engine/base/check.h"
#include "tests/conformance/asl/python_regex.h"

namespace pawl::test {
namespace {

PythonRegex Compiled(std::string_view pattern) {
  auto regex = PythonRegex::Compile(pattern);
  PAWL_CHECK(regex.has_value());
  return *std::move(regex);
}

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) {
    return static_cast<char>(std::tolower(c));
  });
  return lower;
}

// The last part of an ARN.
std::optional<std::string> LastPartOfArn(std::string_view /*key*/, const Tree& value) {
  static const PythonRegex arn =
      Compiled(R"(arn:(aws[a-zA-Z-]*)?:([a-zA-Z0-9-_.]+)?:([^:]+)?:(\d{12})?:(.*))");
  const auto groups = arn.MatchPrefix(TextOf(value));
  if (!groups) return std::nullopt;
  std::string resource = groups->back();
  if (resource.starts_with('<') && resource.ends_with('>')) return std::nullopt;
  if (const auto slash = resource.rfind('/'); slash != std::string::npos) {
    return resource.substr(slash + 1);
  }
  constexpr std::string_view kFunction = "function:";
  if (resource.starts_with(kFunction)) {
    resource = resource.substr(kFunction.size());
    const auto version = resource.find('$');
    if (version == std::string::npos) return resource;
    resource.resize(version);
    while (resource.ends_with(':'))
      resource.pop_back();
    return resource;
  }
  return resource.substr(resource.rfind(':') + 1);
}

// JSON that a cause quotes: "... '{...}' ...".
std::optional<std::string> QuotedJson(std::string_view key, const Tree& value) {
  static const PythonRegex quoted = Compiled(R"(.*'({.*})')");
  if (key != "cause") return std::nullopt;
  const auto groups = quoted.MatchPrefix(TextOf(value));
  if (!groups || !ParseTree((*groups)[1])) return std::nullopt;
  return (*groups)[1];
}

void ReplaceValue(Tree& value, const std::string& hit, const KeyValueReplacement& replacement) {
  if (!value.is_string()) {
    value = replacement.text;
    return;
  }
  value = PythonRegex::Literal(hit).ReplaceAll(TextOf(value), replacement.text);
}

}  // namespace

void ReplaceKeyValues(Tree& tree,
                      const KeyValueFunction& function,
                      const KeyValueReplacement& replacement,
                      Replacements& replacements) {
  auto* object = tree.if_object();
  if (object == nullptr) return;
  for (auto& entry : *object) {
    Tree& value = entry.value();
    const auto hit = function({entry.key().data(), entry.key().size()}, value);
    if (hit && replacement.is_reference) {
      if (value.is_string()) replacements.AddReference(*hit, replacement.text);
    } else if (hit) {
      ReplaceValue(value, *hit, replacement);
    } else if (auto* items = value.if_array()) {
      for (Tree& item : *items)
        ReplaceKeyValues(item, function, replacement, replacements);
    } else {
      ReplaceKeyValues(value, function, replacement, replacements);
    }
  }
}

Result<KeyValueFunction> FindKeyValueFunction(const std::string& name) {
  if (name == "resource_name_transformer") return KeyValueFunction(LastPartOfArn);
  if (name == "transform_stepfunctions_cause_details") return KeyValueFunction(QuotedJson);
  return InvalidArgument("a function of key and value that is not known: " + name);
}

KeyValueFunction ValuesUnder(std::string key) {
  return [wanted = std::move(key)](std::string_view name,
                                   const Tree& value) -> std::optional<std::string> {
    if (name != wanted || value.is_null() || (value.is_string() && TextOf(value).empty())) {
      return std::nullopt;
    }
    return std::string(TextOf(value));
  };
}

KeyValueFunction UuidsUnderId() {
  return [](std::string_view key, const Tree& value) -> std::optional<std::string> {
    if (!LowerCase(key).ends_with("id") || !IsUuid(TextOf(value))) return std::nullopt;
    return std::string(TextOf(value));
  };
}

KeyValueFunction DateTimes() {
  return [regex = Compiled(R"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00:00$)")](
             std::string_view /*key*/, const Tree& value) -> std::optional<std::string> {
    if (!regex.MatchPrefix(TextOf(value))) return std::nullopt;
    return std::string(TextOf(value));
  };
}

KeyValueFunction Timestamps(std::string_view date_time) {
  return [regex = Compiled(date_time)](std::string_view key,
                                       const Tree& value) -> std::optional<std::string> {
    const bool is_timestamp = LowerCase(key).find("timestamp") != std::string::npos ||
                              key == "creationTime" || key == "ingestionTime";
    if (!is_timestamp || regex.MatchPrefix(TextOf(value))) return std::nullopt;
    return value.is_string() ? std::string(TextOf(value)) : PythonText(value);
  };
}

bool IsUuid(std::string_view text) {
  static const PythonRegex uuid =
      Compiled(R"([a-fA-F0-9]{8}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{4}-[a-fA-F0-9]{12})");
  return uuid.MatchPrefix(text).has_value();
}

}  // namespace pawl::test
