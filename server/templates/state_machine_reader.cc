// Activities, state machines, their versions and aliases.
#include <array>

#include "engine/json/write.h"
#include "server/templates/problem_codes.h"
#include "server/templates/resource_reader.h"

namespace pawl::templates {

using json::Value;

namespace {

// The names are those of AWS Step Functions' API.
constexpr std::array<KeptProperty, 5> kKeptOfMachine = {
    {{"LoggingConfiguration", "loggingConfiguration"},
     {"Logging", "loggingConfiguration"},
     {"TracingConfiguration", "tracingConfiguration"},
     {"Tracing", "tracingConfiguration"},
     {"EncryptionConfiguration", "encryptionConfiguration"}}};

std::string_view LowerFirst(std::string_view name, json::Arena& arena) {
  std::string lower(name);
  if (!lower.empty() && lower[0] >= 'A' && lower[0] <= 'Z') {
    lower[0] = static_cast<char>(lower[0] - 'A' + 'a');
  }
  return arena.Copy(lower);
}

// With the names of its members as the API writes them; what is "true" is true.
Value ToApi(Value value, json::Arena& arena) {
  if (value.is_string() && (value.string() == "true" || value.string() == "false")) {
    return Value::Boolean(value.string() == "true");
  }
  if (value.is_array()) {
    json::ArrayBuilder items;
    for (const Value item : value.items())
      items.Add(ToApi(item, arena));
    return items.Build(arena);
  }
  if (!value.is_object()) return value;
  json::ObjectBuilder members;
  for (const json::Member& member : value.members())
    members.Set(LowerFirst(member.name, arena), ToApi(member.value, arena));
  return members.Build(arena);
}

std::string ReadKeptOfMachine(Properties& properties, json::Arena& arena) {
  json::ObjectBuilder members;
  bool is_empty = true;
  for (const KeptProperty& kept : kKeptOfMachine) {
    const std::optional<Value> value = properties.Take(kept.property);
    if (!value) continue;
    members.Set(kept.name, ToApi(*value, arena));
    is_empty = false;
  }
  return is_empty ? std::string() : json::Write(members.Build(arena));
}

std::optional<std::uint32_t> ToPercent(std::string_view text) {
  std::uint32_t number = 0;
  for (const char c : text) {
    if (c < '0' || c > '9' || number > 100) return std::nullopt;
    number = number * 10 + static_cast<std::uint32_t>(c - '0');
  }
  if (text.empty() || number > 100) return std::nullopt;
  return number;
}

}  // namespace

void ResourceReader::ReadActivity(const Declared& resource) {
  Properties properties(resource, resources_, problems_);
  properties.Ignore("Name");
  properties.Ignore("EncryptionConfiguration");
  const std::optional<std::string> name = resources_.NameOf(resource, resource.place);
  if (!name) return;
  Add(resource, "", Activity{.name = *name, .tags = properties.TakeTags("Tags")});
  LeaveOutRest(resource, properties);
}

void ResourceReader::ReadStateMachine(const Declared& resource) {
  Properties properties(resource, resources_, problems_);
  StateMachine machine;
  properties.Ignore(resource.type->name_property);
  const std::optional<std::string> name = resources_.NameOf(resource, resource.place);
  if (!name) return;
  machine.name = *name;
  std::string why_not;
  std::optional<Content> definition = ReadDefinition(properties, why_not);
  if (!why_not.empty()) return LeaveOut(resource, why_not);
  if (!definition) return;
  machine.definition = *std::move(definition);
  const bool is_sam = resource.is_sam();
  machine.type = properties.TakeText(is_sam ? "Type" : "StateMachineType").value_or("STANDARD");
  if (machine.type != "STANDARD" && machine.type != "EXPRESS") {
    properties.Error(is_sam ? "Type" : "StateMachineType",
                     code::kProperty,
                     "the type is STANDARD or EXPRESS, not " + asl::Quote(machine.type));
  }
  machine.substitutions = properties.TakeTexts("DefinitionSubstitutions");
  machine.role_arn = properties.TakeText(is_sam ? "Role" : "RoleArn").value_or("");
  if (is_sam && properties.Has("Role")) properties.Ignore("Policies");
  machine.configuration = ReadKeptOfMachine(properties, resources_.evaluator().arena());
  machine.tags = properties.TakeTags("Tags");
  std::optional<std::string> alias;
  if (is_sam) {
    alias = properties.TakeText("AutoPublishAlias");
    properties.Ignore("PropagateTags");
    properties.Ignore("UseAliasAsEventTarget");
  }
  Add(resource, "", machine);
  if (alias && !alias->empty()) {
    Add(resource, ".Version", StateMachineVersion{.state_machine = machine.name});
    const std::string number = resources_.NumberOf(resource.logical_id + ".Version");
    Add(resource,
        ".Alias",
        StateMachineAlias{.state_machine = machine.name,
                          .name = *alias,
                          .routes = {{.version = number, .weight = 100}}});
  }
  LeaveOutRest(resource, properties);
}

std::optional<Content> ResourceReader::ReadDefinition(Properties& properties,
                                                      std::string& why_not) {
  std::optional<Content> definition;
  int count = 0;
  for (const std::string_view property :
       {"DefinitionUri", "DefinitionS3Location", "DefinitionString", "Definition"}) {
    if (!properties.Has(property)) continue;
    const std::optional<Value> value = properties.Take(property);
    if (!value) continue;
    ++count;
    const bool is_text = value->is_string() && !value->string().empty();
    if (property == "DefinitionString" && is_text) {
      definition = Content{.text = std::string(value->string())};
    } else if (property == "Definition" && value->is_object()) {
      definition = Content{.text = json::WritePretty(*value)};
    } else if (property == "DefinitionString" || property == "Definition") {
      properties.Error(property,
                       code::kProperty,
                       std::string(property) +
                           (property == "Definition" ? " is an object" : " is a string") +
                           ", not of the type " + std::string(json::TypeName(value->type())));
      return std::nullopt;
    } else if (is_text && !value->string().starts_with("s3://")) {
      definition = Content{.path = std::string(value->string())};
    } else {
      why_not = "its definition is in S3: name a file as " + std::string(property);
      return std::nullopt;
    }
  }
  if (count == 1) return definition;
  // An error inside of one was told before.
  if (count > 1 || !problems_.has_errors()) {
    properties.Error("Definition",
                     code::kProperty,
                     "a state machine has one of DefinitionUri, DefinitionString and Definition; "
                     "this one has " +
                         std::to_string(count));
  }
  return std::nullopt;
}

void ResourceReader::ReadStateMachineVersion(const Declared& resource) {
  Properties properties(resource, resources_, problems_);
  StateMachineVersion version;
  version.state_machine =
      StateMachineNameIn(properties.TakeRequiredText("StateMachineArn").value_or(""));
  version.description = properties.TakeText("Description").value_or("");
  properties.Ignore("StateMachineRevisionId");
  Add(resource, "", version);
  LeaveOutRest(resource, properties);
}

void ResourceReader::ReadStateMachineAlias(const Declared& resource) {
  Properties properties(resource, resources_, problems_);
  StateMachineAlias alias;
  alias.name = properties.TakeRequiredText("Name").value_or("");
  alias.description = properties.TakeText("Description").value_or("");
  ReadRoutes(properties, alias);
  Add(resource, "", alias);
  LeaveOutRest(resource, properties);
}

void ResourceReader::ReadRoutes(Properties& properties, StateMachineAlias& alias) {
  const auto add = [&alias](const Value& route, std::optional<std::uint32_t> weight) {
    const Value* version = route.Find("StateMachineVersionArn");
    if (version == nullptr || !version->is_string() || !weight) return false;
    alias.state_machine = StateMachineNameIn(version->string());
    alias.routes.push_back({.version = NumberIn(version->string()), .weight = *weight});
    return true;
  };
  bool is_right = false;
  const std::optional<Value> routes = properties.Take("RoutingConfiguration");
  if (routes && routes->is_array()) {
    is_right = !routes->items().empty() && routes->items().size() <= 2;
    for (const Value route : routes->items()) {
      const Value* weight = route.Find("Weight");
      const std::optional<std::string> text =
          weight == nullptr ? std::nullopt : ScalarText(*weight);
      is_right = is_right && text && add(route, ToPercent(*text));
    }
  } else if (const auto preference = properties.Take("DeploymentPreference")) {
    // The alias moves at once, whatever the preference.
    is_right = add(*preference, 100);
  }
  if (is_right) return;
  properties.Error("RoutingConfiguration",
                   code::kProperty,
                   "an alias has a RoutingConfiguration of one or two {StateMachineVersionArn, "
                   "Weight}");
}

}  // namespace pawl::templates
