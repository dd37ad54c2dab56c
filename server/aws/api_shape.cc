#include "server/aws/api_shape.h"

#include <string>
#include <utility>
#include <vector>

#include "engine/json/write.h"
#include "server/aws/api_error.h"

namespace pawl::aws {
namespace {

std::string_view TypeWord(json::Type type) {
  switch (type) {
    case json::Type::kNull:
      return "NULL_VALUE";
    case json::Type::kBoolean:
      return "BOOLEAN_VALUE";
    case json::Type::kNumber:
      return "NUMBER_VALUE";
    case json::Type::kString:
      return "STRING_VALUE";
    case json::Type::kArray:
      return "START_ARRAY";
    case json::Type::kObject:
      return "START_OBJECT";
  }
  return "VALUE";
}

std::string_view KindWord(ShapeKind kind) {
  switch (kind) {
    case ShapeKind::kString:
      return "String";
    case ShapeKind::kInteger:
      return "Integer";
    case ShapeKind::kNumber:
      return "Float";
    case ShapeKind::kBoolean:
      return "Boolean";
    case ShapeKind::kStructure:
      return "Structure";
    case ShapeKind::kList:
      return "List";
    case ShapeKind::kMap:
      return "Map";
  }
  return "Value";
}

json::Type TypeOf(ShapeKind kind) {
  switch (kind) {
    case ShapeKind::kString:
      return json::Type::kString;
    case ShapeKind::kInteger:
    case ShapeKind::kNumber:
      return json::Type::kNumber;
    case ShapeKind::kBoolean:
      return json::Type::kBoolean;
    case ShapeKind::kStructure:
    case ShapeKind::kMap:
      return json::Type::kObject;
    case ShapeKind::kList:
      return json::Type::kArray;
  }
  return json::Type::kNull;
}

// Java counts UTF-16's units.
std::int64_t LengthOf(std::string_view text) {
  std::int64_t length = 0;
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if ((byte & 0xC0U) == 0x80U) continue;
    length += byte >= 0xF0U ? 2 : 1;
  }
  return length;
}

// As Java names a member: "functionName" of FunctionName.
std::string MemberName(std::string_view name) {
  std::string text(name);
  if (!text.empty() && text[0] >= 'A' && text[0] <= 'Z') text[0] += 'a' - 'A';
  return text;
}

// As Java prints it: [Tag(key=a, value=b)], {a=b}.
void Show(std::string& out, json::Value value, const Shape& shape) {
  if (value.is_string()) {
    out += value.string();
  } else if (value.is_array() && shape.item != nullptr) {
    out += '[';
    for (const json::Value& item : value.items()) {
      if (out.back() != '[') out += ", ";
      Show(out, item, *shape.item);
    }
    out += ']';
  } else if (value.is_object() && shape.kind == ShapeKind::kMap) {
    out += '{';
    for (const json::Member& member : value.members()) {
      if (out.back() != '{') out += ", ";
      out += std::string(member.name) + '=';
      Show(out, member.value, *shape.item);
    }
    out += '}';
  } else if (value.is_object()) {
    out += std::string(shape.name) + '(';
    for (const MemberShape& member : shape.members) {
      const json::Value* found = value.Find(member.name);
      if (found == nullptr) continue;
      if (out.back() != '(') out += ", ";
      out += MemberName(member.name) + '=';
      Show(out, *found, *member.shape);
    }
    out += ')';
  } else {
    json::WriteTo(out, value);
  }
}

std::string Joined(const std::vector<std::string>& texts, std::string_view between) {
  std::string out;
  for (const std::string& text : texts) {
    if (&text != &texts.front()) out += between;
    out += text;
  }
  return out;
}

// The constraints that one value does not satisfy, each in AWS's words.
class Constraints {
 public:
  Constraints(const Shape& shape, std::int64_t payload_max)
      : shape_(shape), max_(shape.is_payload ? payload_max : shape.max) {}

  std::vector<std::string> ViolatedBy(json::Value value) && {
    if (value.is_string()) String(value.string());
    if (value.is_number()) Number(value.AsDouble());
    if (value.is_array()) Length(static_cast<std::int64_t>(value.items().size()));
    return std::move(violated_);
  }

 private:
  void String(std::string_view text) {
    Length(LengthOf(text));
    if (shape_.matches != nullptr && !shape_.matches(text)) {
      violated_.push_back("Member must satisfy regular expression pattern: " +
                          std::string(shape_.pattern));
    }
    if (shape_.words.empty()) return;
    std::vector<std::string> words;
    for (const std::string_view word : shape_.words) {
      if (word == text) return;
      words.emplace_back(word);
    }
    violated_.push_back("Member must satisfy enum value set: [" + Joined(words, ", ") + "]");
  }

  void Number(double number) {
    if (shape_.min && number < static_cast<double>(*shape_.min)) {
      violated_.push_back("Member must have value greater than or equal to " +
                          std::to_string(*shape_.min));
    }
    if (max_ && number > static_cast<double>(*max_)) {
      violated_.push_back("Member must have value less than or equal to " + std::to_string(*max_));
    }
  }

  void Length(std::int64_t length) {
    if (shape_.min && length < *shape_.min) {
      violated_.push_back("Member must have length greater than or equal to " +
                          std::to_string(*shape_.min));
    }
    if (max_ && length > *max_) {
      violated_.push_back("Member must have length less than or equal to " + std::to_string(*max_));
    }
  }

  const Shape& shape_;
  const std::optional<std::int64_t> max_;
  std::vector<std::string> violated_;
};

// Walks a request and gathers what is wrong with it.
class InputCheck {
 public:
  explicit InputCheck(std::int64_t payload_max) : payload_max_(payload_max) {}

  Status Members(json::Value object,
                 std::span<const MemberShape> members,
                 const std::string& prefix) {
    for (const MemberShape& member : members) {
      const std::string path = prefix + MemberName(member.name);
      const json::Value* value = object.Find(member.name);
      if (value == nullptr || value->is_null()) {
        if (member.is_required) {
          violations_.push_back("Value null at '" + path +
                                "' failed to satisfy constraint: Member must not be null");
        }
        continue;
      }
      RETURN_IF_ERROR(Check(*value, *member.shape, path));
    }
    return {};
  }

  Status Finish() const {
    if (violations_.empty()) return {};
    return Invalid(std::to_string(violations_.size()) + " validation error" +
                   (violations_.size() == 1 ? "" : "s") +
                   " detected: " + Joined(violations_, "; "));
  }

 private:
  Status Check(json::Value value, const Shape& shape, const std::string& path) {
    const bool is_fraction =
        shape.kind == ShapeKind::kInteger && value.is_number() && !value.AsInt64().has_value();
    if (value.type() != TypeOf(shape.kind) || is_fraction) {
      return Refusal("SerializationException",
                     std::string(TypeWord(value.type())) + " can not be converted to a " +
                         std::string(KindWord(shape.kind)) + " at '" + path + "'");
    }
    if (shape.kind == ShapeKind::kStructure) return Members(value, shape.members, path + ".");
    if (shape.kind == ShapeKind::kMap) return Map(value, shape, path);
    for (const std::string& constraint : ViolatedConstraints(value, shape))
      Violated(value, shape, path, constraint);
    return shape.kind == ShapeKind::kList ? List(value, shape, path) : OkStatus();
  }

  // AWS names no entry of a map but the map itself: the first entry that is wrong says it.
  Status Map(json::Value value, const Shape& shape, const std::string& path) {
    for (const json::Member& member : value.members()) {
      if (member.value.type() != TypeOf(shape.item->kind)) {
        return Check(member.value, *shape.item, path + "." + std::string(member.name) + ".member");
      }
      auto violated = ViolatedConstraints(json::Value::String(member.name), *shape.key);
      const char* part = "Map keys";
      if (violated.empty()) {
        violated = ViolatedConstraints(member.value, *shape.item);
        part = "Map value";
      }
      if (violated.empty()) continue;
      Violated(value,
               shape,
               path,
               part + (" must satisfy constraint: [" + Joined(violated, ", ") + "]"));
      return {};
    }
    return {};
  }

  Status List(json::Value value, const Shape& shape, const std::string& path) {
    std::size_t place = 0;
    for (const json::Value& item : value.items())
      RETURN_IF_ERROR(Check(item, *shape.item, path + "." + std::to_string(++place) + ".member"));
    return {};
  }

  void Violated(json::Value value,
                const Shape& shape,
                const std::string& path,
                const std::string& constraint) {
    std::string violation = "Value ";
    if (!shape.is_sensitive) {
      violation += '\'';
      Show(violation, value, shape);
      violation += "' ";
    }
    violations_.push_back(violation + "at '" + path +
                          "' failed to satisfy constraint: " + constraint);
  }

  std::vector<std::string> ViolatedConstraints(json::Value value, const Shape& shape) const {
    return Constraints(shape, payload_max_).ViolatedBy(value);
  }

  const std::int64_t payload_max_;
  std::vector<std::string> violations_;
};

}  // namespace

Status CheckInput(json::Value input,
                  std::span<const MemberShape> members,
                  std::int64_t payload_max) {
  InputCheck check(payload_max);
  RETURN_IF_ERROR(check.Members(input, members, ""));
  return check.Finish();
}

}  // namespace pawl::aws
