#include "server/templates/resources.h"

#include <array>
#include <utility>

#include "server/templates/problem_codes.h"

namespace pawl::templates {

using asl::Place;
using asl::Quote;
using asl::SourceMember;
using asl::SourceNode;
using json::Type;
using json::Value;

namespace {

// Resources that SAM adds to a template on its own.
constexpr std::array<std::string_view, 4> kImplied = {"ServerlessRestApi",
                                                      "ServerlessHttpApi",
                                                      "ServerlessDeploymentApplication",
                                                      "CodeDeployServiceRole"};

std::string_view LiteralText(const SourceNode& object, std::string_view name) {
  const SourceNode* value = object.FindValue(name);
  const bool is_text = value != nullptr && value->is(Type::kString) && value->tag.empty();
  return is_text ? value->text : std::string_view();
}

std::optional<Place> MemberPlace(const Place* object, std::string_view name) {
  if (object == nullptr) return std::nullopt;
  const SourceMember* member = object->node->Find(name);
  if (member == nullptr || !member->value->is(Type::kObject)) return std::nullopt;
  return object->Member(*member);
}

}  // namespace

Resources::Resources(const Sections& sections,
                     const Parameters& parameters,
                     const TemplateOptions& options,
                     asl::Problems& problems,
                     json::Arena& arena)
    : sections_(sections),
      parameters_(parameters),
      options_(options),
      problems_(problems),
      arena_(arena),
      evaluator_({.mappings = sections.mappings,
                  .conditions = sections.conditions,
                  .region = options.account.region},
                 *this,
                 problems,
                 arena),
      function_globals_(MemberPlace(sections.globals, "Function")),
      state_machine_globals_(MemberPlace(sections.globals, "StateMachine")) {
  if (sections.conditions != nullptr) {
    for (const SourceMember& member : sections.conditions->node->members)
      evaluator_.Condition(member.name, sections.conditions->Member(member));
  }
  for (const SourceMember& member : sections.resources->node->members)
    Declare(sections.resources->Member(member));
}

void Resources::Declare(const Place& place) {
  if (declared_.size() == kResourcesMax) {
    return problems_.Error(
        code::kTooLarge,
        place,
        "a template has at most " + std::to_string(kResourcesMax) + " resources; split it");
  }
  const SourceNode& node = *place.node;
  if (place.name.starts_with("Fn::")) {
    return problems_.Error(code::kUnknownFunction,
                           place,
                           Quote(place.name) + " is not supported; write out what it repeats");
  }
  const std::string_view type = LiteralText(node, "Type");
  if (type.empty()) {
    return problems_.Error(
        code::kTemplate, place, "the resource has no Type, such as AWS::Serverless::Function");
  }
  Declared& declared = declared_.emplace_back();
  declared.logical_id = place.name;
  declared.place = place;
  declared.type_name = type;
  declared.type = &TypeOf(type);
  if (const SourceMember* condition = node.Find("Condition")) {
    const Place condition_place = declared.place.Member(*condition);
    if (condition->value->is(Type::kString)) {
      declared.is_made = evaluator_.Condition(condition->value->text, condition_place);
    } else {
      problems_.Error(code::kCondition,
                      condition_place,
                      "expected a condition's name, found " + Describe(*condition->value));
    }
  }
  by_id_.emplace(declared.logical_id, &declared);
}

const Place* Resources::GlobalsOf(const Declared& resource) const {
  if (!resource.is_sam()) return nullptr;
  const bool is_function = resource.type->kind == ResourceKind::kFunction;
  const bool is_machine = resource.type->kind == ResourceKind::kStateMachine;
  if (is_function && function_globals_) return &*function_globals_;
  if (is_machine && state_machine_globals_) return &*state_machine_globals_;
  return nullptr;
}

const Declared* Resources::Find(std::string_view logical_id) const {
  const auto found = by_id_.find(logical_id);
  return found == by_id_.end() ? nullptr : found->second;
}

const Declared* Resources::Follow(std::string_view logical_id, const Place& place) {
  const Declared* resource = Find(logical_id);
  if (resource == nullptr) {
    std::vector<std::string_view> names;
    for (const auto& [name, declared] : by_id_)
      names.push_back(name);
    for (const auto& [name, value] : parameters_.values())
      names.push_back(name);
    problems_.Error(code::kUnknownReference,
                    place,
                    "the template has no parameter or resource " + Quote(logical_id) +
                        asl::DidYouMean(logical_id, names));
    return nullptr;
  }
  if (!resource->is_made) {
    problems_.Error(code::kUnknownReference,
                    place,
                    "the resource " + Quote(logical_id) + " is not made: its Condition is false");
    return nullptr;
  }
  if (!current_.empty()) dependencies_[current_].insert(resource->logical_id);
  return resource;
}

std::string Resources::PrefixedName(std::string_view name) const {
  return options_.stack_name.empty() ? std::string(name)
                                     : options_.stack_name + "-" + std::string(name);
}

std::optional<std::string> Resources::NameOf(const Declared& resource, const Place& place) {
  const std::string_view property = resource.type->name_property;
  if (!property.empty()) {
    const SourceNode* properties = resource.place.node->FindValue("Properties");
    const bool is_named = properties != nullptr && properties->Find(property) != nullptr;
    if (is_named) {
      const std::optional<std::string> name = TextProperty(resource, property, place);
      // Without a value (AWS::NoValue) it is as good as not written.
      if (!name || !name->empty()) return name;
    }
  }
  return PrefixedName(resource.logical_id);
}

std::optional<std::string> Resources::TextProperty(const Declared& resource,
                                                   std::string_view property,
                                                   const Place& place) {
  if (!followed_.insert(resource.logical_id).second) {
    problems_.Error(
        code::kCycle, place, "the name of " + Quote(resource.logical_id) + " depends on itself");
    return std::nullopt;
  }
  // What this property refers to is the other resource's affair.
  const std::string current = std::exchange(current_, resource.logical_id);
  std::optional<std::string> text = std::string();
  const SourceMember* properties = resource.place.node->Find("Properties");
  const SourceMember* member = properties == nullptr ? nullptr : properties->value->Find(property);
  if (member != nullptr) {
    const Place properties_place = resource.place.Member(*properties);
    const Place member_place = properties_place.Member(*member);
    const std::optional<Value> value = evaluator_.Evaluate(member_place);
    if (value) text = ScalarText(*value);
    if (!text) {
      problems_.Error(code::kProperty,
                      member_place,
                      std::string(property) + " is a string, not of the type " +
                          std::string(json::TypeName(value->type())));
    }
  }
  current_ = current;
  followed_.erase(followed_.find(resource.logical_id));
  return text;
}

std::string Resources::NumberOf(const std::string& logical_id) const {
  const auto found = options_.published.find(logical_id);
  return found == options_.published.end() ? "${" + logical_id + "}"
                                           : std::to_string(found->second);
}

std::optional<std::string> Resources::VersionArn(const Declared& resource, const Place& place) {
  const bool is_function = resource.type->kind == ResourceKind::kFunctionVersion;
  const std::optional<std::string> of =
      TextProperty(resource, is_function ? "FunctionName" : "StateMachineArn", place);
  if (!of) return std::nullopt;
  const Account& account = options_.account;
  const std::string number = NumberOf(resource.logical_id);
  const auto arn = [&](std::string_view type, const std::string& name) {
    return Filled(TypeOf(type).arn, account, name) + ":" + number;
  };
  return is_function ? arn("AWS::Lambda::Function", FunctionNameIn(*of))
                     : arn("AWS::StepFunctions::StateMachine", StateMachineNameIn(*of));
}

std::optional<std::string> Resources::AliasArn(const Declared& resource, const Place& place) {
  const std::optional<std::string> name = TextProperty(resource, "Name", place);
  if (!name) return std::nullopt;
  if (resource.type->kind == ResourceKind::kFunctionAlias) {
    const std::optional<std::string> function = TextProperty(resource, "FunctionName", place);
    if (!function) return std::nullopt;
    return Filled(
               TypeOf("AWS::Lambda::Function").arn, options_.account, FunctionNameIn(*function)) +
           ":" + *name;
  }
  // The state machine stands in the versions that the alias leads to.
  const SourceMember* properties = resource.place.node->Find("Properties");
  const Place properties_place = resource.place.Member(*properties);
  for (const std::string_view property : {"RoutingConfiguration", "DeploymentPreference"}) {
    const SourceMember* routing = properties->value->Find(property);
    if (routing == nullptr) continue;
    const std::string current = std::exchange(current_, resource.logical_id);
    const std::optional<Value> value = evaluator_.Evaluate(properties_place.Member(*routing));
    current_ = current;
    if (!value) return std::nullopt;
    const Value route = value->is_array() && !value->items().empty() ? value->items()[0] : *value;
    const Value* version = route.Find("StateMachineVersionArn");
    if (version != nullptr && version->is_string()) {
      return Filled(TypeOf("AWS::StepFunctions::StateMachine").arn,
                    options_.account,
                    StateMachineNameIn(version->string())) +
             ":" + *name;
    }
  }
  problems_.Error(code::kProperty, resource.place, "the alias names no StateMachineVersionArn");
  return std::nullopt;
}

std::optional<std::string> Resources::ReferenceText(const Declared& resource, const Place& place) {
  switch (resource.type->kind) {
    case ResourceKind::kFunctionVersion:
    case ResourceKind::kStateMachineVersion:
      return VersionArn(resource, place);
    case ResourceKind::kFunctionAlias:
    case ResourceKind::kStateMachineAlias:
      if (resource.place.node->Find("Properties") == nullptr) return std::nullopt;
      return AliasArn(resource, place);
    default:
      break;
  }
  const std::optional<std::string> name = NameOf(resource, place);
  if (!name) return std::nullopt;
  return Filled(resource.type->reference, options_.account, *name);
}

std::optional<std::string> Resources::PublishedAttribute(const Declared& resource,
                                                         std::string_view attribute,
                                                         const Place& place) {
  const bool is_publishable = resource.is_sam() && !resource.type->arn.empty() &&
                              resource.type->kind != ResourceKind::kOther;
  const bool is_version = attribute == "Version" || attribute == "Version.Version";
  if (!is_publishable || (!is_version && attribute != "Alias")) return std::nullopt;
  std::optional<std::string> alias = TextProperty(resource, "AutoPublishAlias", place);
  if (alias && alias->empty() && GlobalsOf(resource) != nullptr) {
    const SourceMember* global = GlobalsOf(resource)->node->Find("AutoPublishAlias");
    const std::optional<Value> value =
        global == nullptr ? std::nullopt
                          : evaluator_.Evaluate(GlobalsOf(resource)->Member(*global));
    if (value) alias = ScalarText(*value);
  }
  const std::optional<std::string> name = NameOf(resource, place);
  if (!alias || alias->empty() || !name) return std::nullopt;
  const std::string arn = Filled(resource.type->arn, options_.account, *name);
  const std::string number = NumberOf(resource.logical_id + ".Version");
  if (!current_.empty()) {
    dependencies_[current_].insert(resource.logical_id + (is_version ? ".Version" : ".Alias"));
  }
  if (attribute == "Version.Version") return number;
  return arn + ":" + (is_version ? number : *alias);
}

std::optional<std::string> Resources::AttributeText(const Declared& resource,
                                                    std::string_view attribute,
                                                    const Place& place) {
  const ResourceKind kind = resource.type->kind;
  if (kind == ResourceKind::kFunctionVersion && attribute == "Version") {
    return NumberOf(resource.logical_id);
  }
  const bool is_published =
      kind == ResourceKind::kFunctionVersion || kind == ResourceKind::kFunctionAlias ||
      kind == ResourceKind::kStateMachineVersion || kind == ResourceKind::kStateMachineAlias;
  if (is_published &&
      (attribute == "Arn" || attribute == "AliasArn" || attribute == "FunctionArn")) {
    return ReferenceText(resource, place);
  }
  if (auto published = PublishedAttribute(resource, attribute, place)) return published;
  const std::optional<std::string> name = NameOf(resource, place);
  if (!name) return std::nullopt;
  if (auto text = AttributeOf(*resource.type, attribute, options_.account, *name)) return text;
  if (kind != ResourceKind::kOther) {
    problems_.Error(code::kUnknownReference,
                    place,
                    "the resource " + Quote(resource.logical_id) + " has no attribute " +
                        Quote(attribute) + "; expected Arn");
    return std::nullopt;
  }
  std::string text = resource.logical_id + "." + std::string(attribute);
  problems_.Warning(
      code::kUnknownValue,
      place,
      "what " + Quote(text) + " is, AWS alone knows; '" + text + "' stands in its place");
  return text;
}

std::optional<std::string> Resources::ImpliedText(std::string_view logical_id,
                                                  std::string_view attribute) const {
  bool is_implied = false;
  for (const std::string_view implied : kImplied)
    is_implied = is_implied || logical_id == implied;
  constexpr std::string_view kRole = "Role";
  if (logical_id.ends_with(kRole)) {
    const Declared* owner = Find(logical_id.substr(0, logical_id.size() - kRole.size()));
    is_implied = is_implied || (owner != nullptr && owner->is_sam());
  }
  if (!is_implied) return std::nullopt;
  const std::string name = PrefixedName(logical_id);
  if (attribute.empty()) return name;
  return AttributeOf(TypeOf("AWS::IAM::Role"), attribute, options_.account, name)
      .value_or(name + "." + std::string(attribute));
}

std::optional<Value> Resources::Keep(const std::optional<std::string>& text) {
  if (!text) return std::nullopt;
  return Value::String(arena_.Copy(*text));
}

std::optional<Value> Resources::Ref(std::string_view name, const Place& place) {
  if (parameters_.Has(name)) return parameters_.Get(name, place);
  const std::size_t dot = name.find('.');
  if (dot != std::string_view::npos && Find(name.substr(0, dot)) != nullptr) {
    return GetAtt(name.substr(0, dot), name.substr(dot + 1), place);
  }
  if (Find(name) == nullptr) {
    if (const auto implied = ImpliedText(name, "")) return Keep(implied);
  }
  const Declared* resource = Follow(name, place);
  return resource == nullptr ? std::nullopt : Keep(ReferenceText(*resource, place));
}

std::optional<Value> Resources::GetAtt(std::string_view logical_id,
                                       std::string_view attribute,
                                       const Place& place) {
  if (Find(logical_id) == nullptr) {
    if (const auto implied = ImpliedText(logical_id, attribute)) return Keep(implied);
  }
  const Declared* resource = Follow(logical_id, place);
  return resource == nullptr ? std::nullopt : Keep(AttributeText(*resource, attribute, place));
}

std::string FunctionNameIn(std::string_view text) {
  constexpr std::string_view kFunction = ":function:";
  if (const std::size_t at = text.find(kFunction); at != std::string_view::npos) {
    text.remove_prefix(at + kFunction.size());
  }
  return std::string(text.substr(0, text.find(':')));
}

std::string StateMachineNameIn(std::string_view arn) {
  constexpr std::string_view kStateMachine = ":stateMachine:";
  if (const std::size_t at = arn.find(kStateMachine); at != std::string_view::npos) {
    arn.remove_prefix(at + kStateMachine.size());
  }
  return std::string(arn.substr(0, arn.find(':')));
}

std::string NumberIn(std::string_view version) {
  return std::string(version.substr(version.rfind(':') + 1));
}

}  // namespace pawl::templates
