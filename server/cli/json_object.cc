#include "server/cli/json_object.h"

#include <algorithm>

#include "engine/json/arena.h"
#include "engine/json/parse.h"
#include "engine/json/write.h"
#include "server/cli/terminal_text.h"

namespace pawl::cli {
namespace {

// JSON text without the white space between its tokens, so that it stays in one line.
std::string Compact(std::string_view json) {
  if (std::none_of(
          json.begin(), json.end(), [](char byte) { return byte == '\n' || byte == '\r'; }))
    return std::string(json);
  json::Arena arena;
  const Result<json::Value> value = json::Parse(json, arena);
  return value.ok() ? json::Write(*value) : "null";
}

}  // namespace

void JsonObject::Name(std::string_view name) {
  if (!members_.empty()) members_ += ',';
  json::WriteStringTo(members_, name);
  members_ += ':';
}

JsonObject& JsonObject::Text(std::string_view name, std::string_view text) {
  Name(name);
  // WriteStringTo takes UTF-8 only.
  std::string quoted;
  json::WriteStringTo(quoted, text);
  if (!json::Check(quoted).ok()) {
    quoted.clear();
    json::WriteStringTo(quoted, SafeText(text));
  }
  members_ += quoted;
  return *this;
}

JsonObject& JsonObject::Number(std::string_view name, std::int64_t number) {
  Name(name);
  members_ += std::to_string(number);
  return *this;
}

JsonObject& JsonObject::Boolean(std::string_view name, bool value) {
  Name(name);
  members_ += value ? "true" : "false";
  return *this;
}

JsonObject& JsonObject::Null(std::string_view name) {
  Name(name);
  members_ += "null";
  return *this;
}

JsonObject& JsonObject::Json(std::string_view name, std::string_view json) {
  Name(name);
  members_ += Compact(json);
  return *this;
}

JsonObject& JsonObject::Array(std::string_view name, const std::vector<std::string>& items) {
  Name(name);
  members_ += '[';
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) members_ += ',';
    members_ += items[i];
  }
  members_ += ']';
  return *this;
}

std::string JsonObject::ToString() const {
  return SafeJson("{" + members_ + "}");
}

}  // namespace pawl::cli
