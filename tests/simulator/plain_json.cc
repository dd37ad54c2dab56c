#include "tests/simulator/plain_json.h"

#include <cstdlib>

#include "engine/base/check.h"
#include "engine/json/parse.h"
#include "engine/json/write.h"

namespace pawl::simulator {
namespace {

PlainJson Copy(json::Value value) {
  PlainJson copy;
  switch (value.type()) {
    case json::Type::kNull:
      break;
    case json::Type::kBoolean:
      return PlainJson::Boolean(value.boolean());
    case json::Type::kNumber:
      copy.type = PlainJson::Type::kNumber;
      copy.text = std::string(value.number_text());
      break;
    case json::Type::kString:
      return PlainJson::String(std::string(value.string()));
    case json::Type::kArray:
      copy.type = PlainJson::Type::kArray;
      for (const json::Value& item : value.items())
        copy.items.push_back(Copy(item));
      break;
    case json::Type::kObject:
      copy.type = PlainJson::Type::kObject;
      for (const json::Member& member : value.members()) {
        copy.members.emplace_back(std::string(member.name), Copy(member.value));
      }
      break;
  }
  return copy;
}

void WriteTo(std::string& out, const PlainJson& value) {
  switch (value.type) {
    case PlainJson::Type::kNull:
      out += "null";
      return;
    case PlainJson::Type::kBoolean:
      out += value.boolean ? "true" : "false";
      return;
    case PlainJson::Type::kNumber:
      out += value.text;
      return;
    case PlainJson::Type::kString:
      json::WriteStringTo(out, value.text);
      return;
    case PlainJson::Type::kSomeText:
      out += "\"<some text>\"";
      return;
    case PlainJson::Type::kArray: {
      out += '[';
      for (std::size_t i = 0; i < value.items.size(); ++i) {
        if (i > 0) out += ',';
        WriteTo(out, value.items[i]);
      }
      out += ']';
      return;
    }
    case PlainJson::Type::kObject: {
      out += '{';
      for (std::size_t i = 0; i < value.members.size(); ++i) {
        if (i > 0) out += ',';
        json::WriteStringTo(out, value.members[i].first);
        out += ':';
        WriteTo(out, value.members[i].second);
      }
      out += '}';
      return;
    }
  }
}

}  // namespace

PlainJson PlainJson::Boolean(bool value) {
  PlainJson json;
  json.type = Type::kBoolean;
  json.boolean = value;
  return json;
}

PlainJson PlainJson::Number(std::int64_t value) {
  PlainJson json;
  json.type = Type::kNumber;
  json.text = std::to_string(value);
  return json;
}

PlainJson PlainJson::String(std::string value) {
  PlainJson json;
  json.type = Type::kString;
  json.text = std::move(value);
  return json;
}

PlainJson PlainJson::Array(std::vector<PlainJson> items) {
  PlainJson json;
  json.type = Type::kArray;
  json.items = std::move(items);
  return json;
}

PlainJson PlainJson::Object(std::vector<std::pair<std::string, PlainJson>> members) {
  PlainJson json;
  json.type = Type::kObject;
  json.members = std::move(members);
  return json;
}

PlainJson PlainJson::SomeText() {
  PlainJson json;
  json.type = Type::kSomeText;
  return json;
}

PlainJson PlainJson::Parse(std::string_view text) {
  json::Arena arena;
  const auto value = json::Parse(text, arena);
  PAWL_CHECK_MESSAGE(value.ok(), value.status().message().c_str());
  return Copy(*value);
}

const PlainJson* PlainJson::Find(std::string_view name) const {
  for (const auto& [key, value] : members) {
    if (key == name) return &value;
  }
  return nullptr;
}

void PlainJson::Set(std::string name, PlainJson value) {
  PAWL_CHECK(type == Type::kObject);
  for (auto& [key, old] : members) {
    if (key == name) {
      old = std::move(value);
      return;
    }
  }
  members.emplace_back(std::move(name), std::move(value));
}

double PlainJson::AsDouble() const {
  PAWL_CHECK(is_number());
  return std::strtod(text.c_str(), nullptr);
}

std::optional<std::int64_t> PlainJson::AsInteger() const {
  if (!is_number()) return std::nullopt;
  const double value = AsDouble();
  const auto whole = static_cast<std::int64_t>(value);
  if (static_cast<double>(whole) != value) return std::nullopt;
  return whole;
}

std::string PlainJson::Write() const {
  std::string out;
  WriteTo(out, *this);
  return out;
}

bool Matches(const PlainJson& expected, const PlainJson& actual) {
  if (expected.type == PlainJson::Type::kSomeText) return actual.is_string();
  if (expected.type != actual.type) return false;
  switch (expected.type) {
    case PlainJson::Type::kNull:
    case PlainJson::Type::kSomeText:
      return true;
    case PlainJson::Type::kBoolean:
      return expected.boolean == actual.boolean;
    case PlainJson::Type::kNumber:
      return expected.AsDouble() == actual.AsDouble();
    case PlainJson::Type::kString:
      return expected.text == actual.text;
    case PlainJson::Type::kArray: {
      if (expected.items.size() != actual.items.size()) return false;
      for (std::size_t i = 0; i < expected.items.size(); ++i) {
        if (!Matches(expected.items[i], actual.items[i])) return false;
      }
      return true;
    }
    case PlainJson::Type::kObject: {
      if (expected.members.size() != actual.members.size()) return false;
      for (const auto& [name, value] : expected.members) {
        const PlainJson* other = actual.Find(name);
        if (other == nullptr || !Matches(value, *other)) return false;
      }
      return true;
    }
  }
  return false;
}

}  // namespace pawl::simulator
