#include "engine/expression/jsonata/jsonata_template.h"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "engine/expression/result_depth.h"
#include "engine/json/parse.h"
#include "engine/json/write.h"

namespace pawl::expression {
struct TemplateNode;

struct TemplateObject {
  // In the order of the template.
  std::vector<std::pair<std::string, TemplateNode>> members;
};

struct TemplateArray {
  std::vector<TemplateNode> items;
};

struct TemplateExpression {
  jsonata::Expression expression;
};

// A value that holds nothing to compute is kept whole.
struct TemplateNode : std::variant<json::Value, TemplateObject, TemplateArray, TemplateExpression> {
  using variant::variant;
};

namespace {

using jsonata::Expression;
using jsonata::Outcome;

constexpr std::string_view kOpen = "{%";
constexpr std::string_view kClose = "%}";

std::string EscapePointer(std::string_view name) {
  std::string escaped;
  for (const char c : name) {
    if (c == '~') {
      escaped += "~0";
    } else if (c == '/') {
      escaped += "~1";
    } else {
      escaped += c;
    }
  }
  return escaped;
}

std::string_view WithoutOuterSpace(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) + 1 - begin);
}

Result<Expression> ParseExpression(std::string_view text, const std::string& pointer) {
  if (!text.starts_with(kOpen)) {
    return InvalidArgument("it ends with '%}' but does not begin with '{%'", pointer);
  }
  if (!text.ends_with(kClose) || text.size() < kOpen.size() + kClose.size()) {
    return InvalidArgument("it begins with '{%' but does not end with '%}'", pointer);
  }
  text.remove_prefix(kOpen.size());
  text.remove_suffix(kClose.size());
  jsonata::ErrorPlace place;
  auto parsed = Expression::Parse(WithoutOuterSpace(text), {}, &place);
  if (parsed.ok()) return parsed;
  const Status& status = parsed.status();
  return InvalidArgument(status.reason() + " at character " + std::to_string(place.position) +
                             " of the expression: " + status.message(),
                         pointer);
}

// Recursion follows the template's nesting, which is at most kJsonDepthMax.
Result<TemplateNode> CompileNode(json::Value value, const std::string& pointer) {
  if (value.is_string() && JsonataTemplate::LooksLikeExpression(value.string())) {
    ASSIGN_OR_RETURN(Expression expression, ParseExpression(value.string(), pointer));
    return TemplateNode(TemplateExpression{.expression = std::move(expression)});
  }
  bool is_constant = true;
  if (value.is_array()) {
    TemplateArray array;
    for (std::size_t i = 0; i < value.items().size(); ++i) {
      ASSIGN_OR_RETURN(TemplateNode item,
                       CompileNode(value.items()[i], pointer + "/" + std::to_string(i)));
      is_constant = is_constant && std::holds_alternative<json::Value>(item);
      array.items.push_back(std::move(item));
    }
    if (is_constant) return TemplateNode(value);
    return TemplateNode(std::move(array));
  }
  if (!value.is_object()) return TemplateNode(value);
  TemplateObject object;
  for (const json::Member& member : value.members()) {
    ASSIGN_OR_RETURN(TemplateNode node,
                     CompileNode(member.value, pointer + "/" + EscapePointer(member.name)));
    is_constant = is_constant && std::holds_alternative<json::Value>(node);
    object.members.emplace_back(std::string(member.name), std::move(node));
  }
  if (is_constant) return TemplateNode(value);
  return TemplateNode(std::move(object));
}

bool MayReadNode(const TemplateNode& node, std::string_view variable, std::string_view member) {
  if (const auto* computed = std::get_if<TemplateExpression>(&node)) {
    return computed->expression.MayRead(variable, member);
  }
  if (const auto* array = std::get_if<TemplateArray>(&node)) {
    return std::any_of(array->items.begin(), array->items.end(), [&](const TemplateNode& item) {
      return MayReadNode(item, variable, member);
    });
  }
  if (const auto* object = std::get_if<TemplateObject>(&node)) {
    return std::any_of(object->members.begin(), object->members.end(), [&](const auto& entry) {
      return MayReadNode(entry.second, variable, member);
    });
  }
  return false;
}

// "The JSONata expression '…' specified for the field '…' " and what happened.
Status Failure(const Expression& expression, const std::string& field, const std::string& what) {
  return Status(StatusCode::kFailedPrecondition,
                "The JSONata expression '" + expression.text() + "' specified for the field '" +
                    field + "' " + what,
                field)
      .WithReason(std::string(kQueryEvaluationError));
}

class Evaluator final {
 public:
  Evaluator(jsonata::Environment& environment, json::Arena& arena)
      : environment_(environment), arena_(arena) {}

  Result<json::Value> Evaluate(const TemplateNode& node, const std::string& field) {
    if (const auto* constant = std::get_if<json::Value>(&node)) return *constant;
    if (const auto* computed = std::get_if<TemplateExpression>(&node)) {
      return Run(computed->expression, field);
    }
    if (const auto* array = std::get_if<TemplateArray>(&node)) {
      json::ArrayBuilder items;
      for (std::size_t i = 0; i < array->items.size(); ++i) {
        ASSIGN_OR_RETURN(const json::Value value,
                         Evaluate(array->items[i], field + "[" + std::to_string(i) + "]"));
        items.Add(value);
      }
      return items.Build(arena_);
    }
    json::ObjectBuilder members;
    for (const auto& [name, member] : std::get<TemplateObject>(node).members) {
      std::string place = field;
      place.append("/").append(name);
      ASSIGN_OR_RETURN(const json::Value value, Evaluate(member, place));
      members.Set(name, value);
    }
    return members.Build(arena_);
  }

 private:
  Result<json::Value> Run(const Expression& expression, const std::string& field) {
    const auto outcome = expression.Evaluate(environment_, arena_);
    if (!outcome.ok()) {
      const Status& status = outcome.status();
      const bool is_own = status.code() == StatusCode::kFailedPrecondition ||
                          status.code() == StatusCode::kResourceExhausted;
      if (!is_own || status.reason().empty()) return status;
      return Failure(
          expression,
          field,
          "threw an error during evaluation. " + status.reason() + ": " + status.message());
    }
    switch (outcome->kind) {
      case Outcome::Kind::kValue:
        return outcome->value;
      case Outcome::Kind::kUndefined:
        return Failure(expression, field, "returned nothing (undefined).");
      case Outcome::Kind::kFunction:
        break;
    }
    return Failure(expression, field, "returned an unsupported result type.");
  }

  jsonata::Environment& environment_;
  json::Arena& arena_;
};

}  // namespace

struct JsonataTemplate::Compiled {
  // Holds the constant parts.
  json::Document source;
  TemplateNode root;
};

Result<JsonataTemplate> JsonataTemplate::Compile(json::Value value) {
  ASSIGN_OR_RETURN(json::Document source, json::Document::Parse(Bytes(json::Write(value))));
  ASSIGN_OR_RETURN(TemplateNode root, CompileNode(source.root(), ""));
  JsonataTemplate result;
  result.compiled_ = std::make_shared<const Compiled>(
      Compiled{.source = std::move(source), .root = std::move(root)});
  return result;
}

bool JsonataTemplate::MayRead(std::string_view variable, std::string_view member) const {
  return MayReadNode(compiled_->root, variable, member);
}

bool JsonataTemplate::is_constant() const {
  return std::holds_alternative<json::Value>(compiled_->root);
}

Result<json::Value> JsonataTemplate::Evaluate(std::string_view field,
                                              jsonata::Environment& environment,
                                              json::Arena& arena) const {
  ASSIGN_OR_RETURN(const json::Value value,
                   Evaluator(environment, arena).Evaluate(compiled_->root, std::string(field)));
  return CheckDepth(value);
}

Result<json::Value> JsonataTemplate::EvaluateAs(json::Type type,
                                                std::string_view field,
                                                jsonata::Environment& environment,
                                                json::Arena& arena) const {
  ASSIGN_OR_RETURN(const json::Value value, Evaluate(field, environment, arena));
  if (value.type() == type) return value;
  const std::string what = "returned an unexpected result type. Expected '" +
                           std::string(json::TypeName(type)) + "', but was '" +
                           std::string(json::TypeName(value.type())) +
                           "' for value: " + json::Write(value);
  if (const auto* computed = std::get_if<TemplateExpression>(&compiled_->root)) {
    return Failure(computed->expression, std::string(field), what);
  }
  return Status(StatusCode::kFailedPrecondition,
                "The value specified for the field '" + std::string(field) + "' " + what,
                std::string(field))
      .WithReason(std::string(kQueryEvaluationError));
}

}  // namespace pawl::expression
