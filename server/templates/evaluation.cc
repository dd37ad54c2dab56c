#include "server/templates/evaluation.h"

#include <algorithm>
#include <utility>

#include "server/templates/problem_codes.h"

namespace pawl::templates {

using asl::Describe;
using asl::Place;
using asl::Quote;
using asl::SourceMember;
using asl::SourceNode;
using json::Type;
using json::Value;

namespace {

// Counts one level for as long as it lives.
class Descent {
 public:
  explicit Descent(std::size_t& depth) : depth_(depth) { ++depth_; }

  ~Descent() { --depth_; }

  Descent(const Descent&) = delete;
  Descent& operator=(const Descent&) = delete;

 private:
  std::size_t& depth_;
};

// The only member of an object that is a function in its long form; nullptr otherwise.
const SourceMember* LongForm(const SourceNode& node) {
  if (!node.is(Type::kObject) || node.members.size() != 1) return nullptr;
  const SourceMember& member = node.members.front();
  return member.name == "Ref" || member.name.starts_with("Fn::") ? &member : nullptr;
}

// What stands behind "Fn::" of functions that need more than a template.
std::string_view WhyNot(std::string_view function) {
  if (function == "Fn::ImportValue" || function == "Fn::GetStackOutput") {
    return "takes a value from another stack, and there are no stacks here; use a parameter";
  }
  if (function == "Fn::Transform") return "runs a macro of an AWS account, which is not here";
  if (function.starts_with("Fn::ForEach")) {
    return "is not supported; write out what it repeats";
  }
  return "";
}

}  // namespace

std::optional<std::string> ScalarText(Value value) {
  switch (value.type()) {
    case Type::kString:
      return std::string(value.string());
    case Type::kNumber:
      return std::string(value.number_text());
    case Type::kBoolean:
      return value.boolean() ? "true" : "false";
    default:
      return std::nullopt;
  }
}

std::string LongName(std::string_view tag) {
  const std::string_view name = tag.substr(tag.starts_with('!') ? 1 : 0);
  if (name == "Ref" || name == "Condition") return std::string(name);
  return "Fn::" + std::string(name);
}

Evaluator::Evaluator(Tables tables,
                     References& references,
                     asl::Problems& problems,
                     json::Arena& arena)
    : tables_(std::move(tables)), references_(references), problems_(problems), arena_(arena) {}

std::optional<Value> Evaluator::Evaluate(const Place& place) {
  const Descent descent(depth_);
  if (!Spend(place)) return std::nullopt;
  const SourceNode& node = *place.node;
  if (!node.tag.empty()) {
    const std::string name = LongName(node.tag);
    return Call({.function = name, .place = place, .is_tagged = true});
  }
  if (const SourceMember* member = LongForm(node)) {
    const Place argument = place.Member(*member);
    return Call({.function = member->name, .place = argument});
  }
  return Plain(place);
}

const std::map<std::string_view, Evaluator::Function>& Evaluator::Functions() {
  static const std::map<std::string_view, Function> functions = {
      {"Ref", &Evaluator::Ref},
      {"Fn::Base64", &Evaluator::Base64},
      {"Fn::FindInMap", &Evaluator::FindInMap},
      {"Fn::GetAZs", &Evaluator::GetAZs},
      {"Fn::GetAtt", &Evaluator::GetAtt},
      {"Fn::If", &Evaluator::If},
      {"Fn::Join", &Evaluator::Join},
      {"Fn::Length", &Evaluator::Length},
      {"Fn::Select", &Evaluator::Select},
      {"Fn::Split", &Evaluator::Split},
      {"Fn::Sub", &Evaluator::Sub},
      {"Fn::ToJsonString", &Evaluator::ToJsonString},
  };
  return functions;
}

std::optional<Value> Evaluator::Call(const Argument& argument) {
  const auto found = Functions().find(argument.function);
  if (found != Functions().end()) return (this->*found->second)(argument);
  if (const std::string_view why = WhyNot(argument.function); !why.empty()) {
    return Fail(argument.place,
                code::kUnknownFunction,
                std::string(argument.function) + " " + std::string(why));
  }
  std::vector<std::string_view> names;
  for (const auto& [name, function] : Functions())
    names.push_back(name);
  return Fail(argument.place,
              code::kUnknownFunction,
              Quote(argument.function) + " is no function that can stand here" +
                  asl::DidYouMean(argument.function, names));
}

std::optional<Value> Evaluator::Plain(const Place& place) {
  const SourceNode& node = *place.node;
  switch (node.type) {
    case Type::kBoolean:
      return Value::Boolean(node.boolean);
    case Type::kNumber:
      return Value::Number(node.text);
    case Type::kString:
      return Value::String(node.text);
    case Type::kArray:
      return PlainList(place);
    case Type::kObject:
      return PlainObject(place);
    case Type::kNull:
      break;
  }
  return Value();
}

std::optional<Value> Evaluator::PlainList(const Place& place) {
  json::ArrayBuilder items;
  for (std::size_t i = 0; i < place.node->items.size(); ++i) {
    const std::optional<Value> item = Evaluate(place.Item(i));
    if (item) items.Add(*item);
  }
  return items.Build(arena_);
}

std::optional<Value> Evaluator::PlainObject(const Place& place) {
  json::ObjectBuilder members;
  for (const SourceMember& member : place.node->members) {
    const std::optional<Value> value = Evaluate(place.Member(member));
    if (value) members.Set(member.name, *value);
  }
  return members.Build(arena_);
}

std::optional<Value> Evaluator::Literal(const Place& place) {
  const Descent descent(depth_);
  if (!Spend(place)) return std::nullopt;
  const SourceNode& node = *place.node;
  if (!node.tag.empty() || LongForm(node) != nullptr) {
    return Fail(place, code::kTemplate, "a function cannot stand here; write the value out");
  }
  if (!node.is(Type::kArray)) return Plain(place);
  json::ArrayBuilder items;
  for (std::size_t i = 0; i < node.items.size(); ++i) {
    const std::optional<Value> item = Literal(place.Item(i));
    if (item) items.Add(*item);
  }
  return items.Build(arena_);
}

std::optional<Value> Evaluator::Content(const Argument& argument) {
  return argument.is_tagged ? Plain(argument.place) : Evaluate(argument.place);
}

std::optional<std::string> Evaluator::TextContent(const Argument& argument) {
  const std::optional<Value> value = Content(argument);
  if (!value) return std::nullopt;
  std::optional<std::string> text = ScalarText(*value);
  if (!text) {
    Fail(argument.place,
         code::kFunctionArgument,
         std::string(argument.function) + " takes a string, not " +
             std::string(json::TypeName(value->type())));
  }
  return text;
}

std::optional<std::string> Evaluator::Text(const Place& place) {
  const std::optional<Value> value = Evaluate(place);
  if (!value) return std::nullopt;
  std::optional<std::string> text = ScalarText(*value);
  if (!text) {
    Fail(place,
         code::kFunctionArgument,
         "expected a string here, found the type " + std::string(json::TypeName(value->type())));
  }
  return text;
}

std::optional<Value> Evaluator::List(const Place& place, std::string_view function) {
  const std::optional<Value> value = Evaluate(place);
  if (!value || value->is_array()) return value;
  return Fail(place,
              code::kFunctionArgument,
              std::string(function) + " takes a list here, found the type " +
                  std::string(json::TypeName(value->type())));
}

bool Evaluator::IsList(const Argument& argument,
                       std::size_t min,
                       std::size_t max,
                       std::string_view expected) {
  const SourceNode& node = *argument.place.node;
  const bool is_list = node.is(Type::kArray) && (argument.is_tagged || node.tag.empty());
  if (is_list && node.items.size() >= min && node.items.size() <= max) return true;
  Fail(argument.place,
       code::kFunctionArgument,
       std::string(argument.function) + " takes " + std::string(expected) + ", not " +
           (is_list ? std::to_string(node.items.size()) + " items" : Describe(node)));
  return false;
}

std::optional<Value> Evaluator::Fail(const Place& place,
                                     std::string_view code,
                                     std::string message) {
  problems_.Error(code, place, std::move(message));
  return std::nullopt;
}

bool Evaluator::Spend(const Place& place) {
  if (is_spent_) return false;
  if (depth_ > kEvaluationDepthMax) {
    is_spent_ = true;
    Fail(place,
         code::kTooLarge,
         "functions, conditions and names lead to each other over more than " +
             std::to_string(kEvaluationDepthMax) + " levels");
    return false;
  }
  if (nodes_left_ > 0) {
    --nodes_left_;
    return true;
  }
  is_spent_ = true;
  Fail(place,
       code::kTooLarge,
       "the template comes to more than " + std::to_string(kEvaluatedNodesMax) + " values");
  return false;
}

std::optional<Value> Evaluator::ToText(const Place& place, const std::string& text) {
  if (is_spent_) return std::nullopt;
  if (text.size() > text_left_) {
    is_spent_ = true;
    return Fail(place,
                code::kTooLarge,
                "the texts of the template come to more than " + std::to_string(kEvaluatedTextMax) +
                    " bytes");
  }
  text_left_ -= text.size();
  return Value::String(arena_.Copy(text));
}

}  // namespace pawl::templates
