#include "engine/expression/payload_template.h"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <variant>
#include <vector>

#include "engine/expression/intrinsic.h"
#include "engine/expression/result_depth.h"
#include "engine/json/parse.h"
#include "engine/json/write.h"

namespace pawl::expression {
struct PayloadNode;

struct PayloadObject {
  // Names without the suffix, in the order of the template.
  std::vector<std::pair<std::string, PayloadNode>> members;
};

struct PayloadArray {
  std::vector<PayloadNode> items;
};

struct PayloadPath {
  Path path;
  // The member as the template has it, with its suffix: for messages.
  std::string field;
};

struct PayloadIntrinsic {
  Intrinsic intrinsic;
  std::string field;
};

// A value that holds nothing to compute is kept whole.
struct PayloadNode
    : std::variant<json::Value, PayloadObject, PayloadArray, PayloadPath, PayloadIntrinsic> {
  using variant::variant;
};

namespace {

constexpr std::string_view kComputedSuffix = ".$";
constexpr std::array<PathRoot, 3> kRoots = {
    PathRoot::kInput, PathRoot::kContext, PathRoot::kVariable};

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

// Recursion follows the template's nesting, which is at most kJsonDepthMax.
class Compiler final {
 public:
  Result<PayloadNode> Compile(json::Value value, const std::string& pointer) {
    if (value.is_object()) return CompileObject(value, pointer);
    if (!value.is_array()) return PayloadNode(value);
    PayloadArray array;
    bool is_constant = true;
    for (std::size_t i = 0; i < value.items().size(); ++i) {
      ASSIGN_OR_RETURN(PayloadNode item,
                       Compile(value.items()[i], pointer + "/" + std::to_string(i)));
      is_constant = is_constant && std::holds_alternative<json::Value>(item);
      array.items.push_back(std::move(item));
    }
    if (is_constant) return PayloadNode(value);
    return PayloadNode(std::move(array));
  }

  bool Uses(PathRoot root) const { return uses_.at(static_cast<std::size_t>(root)); }

 private:
  Result<PayloadNode> CompileObject(json::Value value, const std::string& pointer) {
    PayloadObject object;
    bool is_constant = true;
    std::unordered_set<std::string_view> names;
    for (const json::Member& member : value.members()) {
      names.insert(member.name);
    }
    for (const json::Member& member : value.members()) {
      const std::string place = pointer + "/" + EscapePointer(member.name);
      if (!member.name.ends_with(kComputedSuffix)) {
        ASSIGN_OR_RETURN(PayloadNode node, Compile(member.value, place));
        is_constant = is_constant && std::holds_alternative<json::Value>(node);
        object.members.emplace_back(std::string(member.name), std::move(node));
        continue;
      }
      const std::string_view name =
          member.name.substr(0, member.name.size() - kComputedSuffix.size());
      if (names.contains(name)) {
        return InvalidArgument("expected one of the members '" + std::string(name) + "' and '" +
                                   std::string(member.name) + "', found both",
                               place);
      }
      ASSIGN_OR_RETURN(PayloadNode node, CompileComputed(member, place));
      is_constant = false;
      object.members.emplace_back(std::string(name), std::move(node));
    }
    if (is_constant) return PayloadNode(value);
    return PayloadNode(std::move(object));
  }

  Result<PayloadNode> CompileComputed(const json::Member& member, const std::string& place) {
    const std::string field(member.name);
    const std::string expected = "The value for the field '" + field +
                                 "' must be a valid JSONPath or a valid intrinsic function call: ";
    if (!member.value.is_string()) {
      return InvalidArgument(
          expected + "expected a string, found " + std::string(json::TypeName(member.value.type())),
          place);
    }
    const std::string_view text = member.value.string();
    if (Intrinsic::LooksLikeCall(text)) {
      Result<Intrinsic> intrinsic = Intrinsic::Parse(text);
      if (!intrinsic.ok()) {
        return InvalidArgument(expected + intrinsic.status().message(), place);
      }
      for (const PathRoot root : kRoots) {
        if (intrinsic->Uses(root)) uses_.at(static_cast<std::size_t>(root)) = true;
      }
      return PayloadNode(PayloadIntrinsic{.intrinsic = *std::move(intrinsic), .field = field});
    }
    Result<Path> path = Path::Parse(text);
    if (!path.ok()) {
      return InvalidArgument(expected + path.status().message(), place);
    }
    uses_.at(static_cast<std::size_t>(path->root())) = true;
    return PayloadNode(PayloadPath{.path = *std::move(path), .field = field});
  }

  std::array<bool, 3> uses_ = {};
};

class Evaluator final {
 public:
  Evaluator(Scope& scope, json::Arena& arena) : scope_(scope), arena_(arena) {}

  Result<json::Value> Evaluate(const PayloadNode& node) {
    if (const auto* const constant = std::get_if<json::Value>(&node)) return *constant;
    if (const auto* const path = std::get_if<PayloadPath>(&node)) {
      return EvaluateInField(path->path, path->field, scope_, arena_);
    }
    if (const auto* const call = std::get_if<PayloadIntrinsic>(&node)) {
      return call->intrinsic.Evaluate(call->field, scope_, arena_);
    }
    if (const auto* const array = std::get_if<PayloadArray>(&node)) {
      json::ArrayBuilder items;
      for (const PayloadNode& item : array->items) {
        ASSIGN_OR_RETURN(const json::Value value, Evaluate(item));
        items.Add(value);
      }
      return items.Build(arena_);
    }
    json::ObjectBuilder members;
    for (const auto& [name, member] : std::get<PayloadObject>(node).members) {
      ASSIGN_OR_RETURN(const json::Value value, Evaluate(member));
      members.Set(name, value);
    }
    return members.Build(arena_);
  }

 private:
  Scope& scope_;
  json::Arena& arena_;
};

}  // namespace

struct PayloadTemplate::Compiled {
  // Holds the constant parts.
  json::Document source;
  PayloadNode root;
  std::array<bool, 3> uses = {};
};

Result<PayloadTemplate> PayloadTemplate::Compile(json::Value value) {
  ASSIGN_OR_RETURN(json::Document source, json::Document::Parse(Bytes(json::Write(value))));
  Compiler compiler;
  ASSIGN_OR_RETURN(PayloadNode root, compiler.Compile(source.root(), ""));
  PayloadTemplate result;
  result.compiled_ =
      std::make_shared<const Compiled>(Compiled{.source = std::move(source),
                                                .root = std::move(root),
                                                .uses = {compiler.Uses(PathRoot::kInput),
                                                         compiler.Uses(PathRoot::kContext),
                                                         compiler.Uses(PathRoot::kVariable)}});
  return result;
}

bool PayloadTemplate::Uses(PathRoot root) const {
  return compiled_->uses.at(static_cast<std::size_t>(root));
}

bool PayloadTemplate::is_constant() const {
  return std::holds_alternative<json::Value>(compiled_->root);
}

Result<json::Value> PayloadTemplate::Evaluate(Scope& scope, json::Arena& arena) const {
  ASSIGN_OR_RETURN(const json::Value value, Evaluator(scope, arena).Evaluate(compiled_->root));
  return CheckDepth(value);
}

}  // namespace pawl::expression
