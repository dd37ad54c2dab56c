#include "server/aws/json_fields.h"

#include "engine/json/write.h"

namespace pawl::aws {

JsonFields::JsonFields(std::string& out) : out_(out) {
  out_ += '{';
}

JsonFields::~JsonFields() {
  out_ += '}';
}

void JsonFields::Begin(std::string_view name) {
  if (!is_empty_) out_ += ',';
  is_empty_ = false;
  out_ += '"';
  out_ += name;
  out_ += "\":";
}

void JsonFields::Text(std::string_view name, std::optional<std::string_view> value) {
  if (!value) return;
  Begin(name);
  json::WriteStringTo(out_, *value);
}

void JsonFields::Number(std::string_view name, std::optional<std::int64_t> value) {
  if (!value) return;
  Begin(name);
  out_ += std::to_string(*value);
}

void JsonFields::Boolean(std::string_view name, bool value) {
  Begin(name);
  out_ += value ? "true" : "false";
}

void JsonFields::Time(std::string_view name, Timestamp value) {
  constexpr std::int64_t kMillisPerSecond = 1'000;
  Begin(name);
  const std::int64_t millis =
      std::chrono::floor<std::chrono::milliseconds>(value).time_since_epoch().count();
  const std::string decimals = std::to_string(kMillisPerSecond + millis % kMillisPerSecond);
  out_ += std::to_string(millis / kMillisPerSecond) + "." + decimals.substr(1);
}

void JsonFields::Raw(std::string_view name, std::string_view json) {
  Begin(name);
  out_ += json;
}

void JsonFields::Payload(std::string_view name,
                         const Bytes& value,
                         std::string_view flag,
                         bool flag_value) {
  Text(name, value.view());
  Begin(std::string(name) + "Details");
  JsonFields(out_).Boolean(flag, flag_value);
}

}  // namespace pawl::aws
