#include "server/aws/api_shape.h"

#include <string>
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

// As Java prints it: [Tag(key=a, value=b)].
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
  } else if (value.is_object()) {
    out += std::string(shape.name) + '(';
    for (const MemberShape& member : shape.members) {
      const json::Value* found = value.Find(member.name);
      if (found == nullptr) continue;
      if (out.back() != '(') out += ", ";
      out += std::string(member.name) + '=';
      Show(out, *found, *member.shape);
    }
    out += ')';
  } else {
    json::WriteTo(out, value);
  }
}

// Walks a request and gathers what is wrong with it.
class InputCheck {
 public:
  explicit InputCheck(std::int64_t payload_max) : payload_max_(payload_max) {}

  Status Members(json::Value object,
                 std::span<const MemberShape> members,
                 const std::string& prefix) {
    for (const MemberShape& member : members) {
      const std::string path = prefix + std::string(member.name);
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
    std::string message = std::to_string(violations_.size()) + " validation error" +
                          (violations_.size() == 1 ? "" : "s") + " detected: ";
    for (const std::string& violation : violations_) {
      if (&violation != &violations_.front()) message += "; ";
      message += violation;
    }
    return Invalid(std::move(message));
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
    switch (shape.kind) {
      case ShapeKind::kString:
        String(value, shape, path);
        return {};
      case ShapeKind::kInteger:
      case ShapeKind::kNumber:
        Number(value, shape, path);
        return {};
      case ShapeKind::kBoolean:
        return {};
      case ShapeKind::kStructure:
        return Members(value, shape.members, path + ".");
      case ShapeKind::kList:
        return List(value, shape, path);
    }
    return {};
  }

  void String(json::Value value, const Shape& shape, const std::string& path) {
    Length(LengthOf(value.string()), value, shape, path);
    if (shape.matches != nullptr && !shape.matches(value.string())) {
      Violated(value,
               shape,
               path,
               "Member must satisfy regular expression pattern: " + std::string(shape.pattern));
    }
    if (shape.words.empty()) return;
    std::string words;
    for (const std::string_view word : shape.words) {
      if (word == value.string()) return;
      if (!words.empty()) words += ", ";
      words += word;
    }
    Violated(value, shape, path, "Member must satisfy enum value set: [" + words + "]");
  }

  void Number(json::Value value, const Shape& shape, const std::string& path) {
    const double number = value.AsDouble();
    if (shape.min && number < static_cast<double>(*shape.min)) {
      Violated(value,
               shape,
               path,
               "Member must have value greater than or equal to " + std::to_string(*shape.min));
    }
    if (shape.max && number > static_cast<double>(*shape.max)) {
      Violated(value,
               shape,
               path,
               "Member must have value less than or equal to " + std::to_string(*shape.max));
    }
  }

  Status List(json::Value value, const Shape& shape, const std::string& path) {
    Length(static_cast<std::int64_t>(value.items().size()), value, shape, path);
    std::size_t place = 0;
    for (const json::Value& item : value.items())
      RETURN_IF_ERROR(Check(item, *shape.item, path + "." + std::to_string(++place) + ".member"));
    return {};
  }

  void Length(std::int64_t length, json::Value value, const Shape& shape, const std::string& path) {
    if (shape.min && length < *shape.min) {
      Violated(value,
               shape,
               path,
               "Member must have length greater than or equal to " + std::to_string(*shape.min));
    }
    const std::optional<std::int64_t> max = shape.is_payload ? payload_max_ : shape.max;
    if (max && length > *max) {
      Violated(value,
               shape,
               path,
               "Member must have length less than or equal to " + std::to_string(*max));
    }
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
