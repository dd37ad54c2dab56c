// One JSON object, written member by member: what `--output json` prints.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::cli {

class JsonObject {
 public:
  // `name` is ASCII. `text` becomes a string; bytes that are no UTF-8 are shown as \xXX.
  JsonObject& Text(std::string_view name, std::string_view text);
  JsonObject& Number(std::string_view name, std::int64_t number);
  JsonObject& Boolean(std::string_view name, bool value);
  JsonObject& Null(std::string_view name);
  // `json` is checked JSON text.
  JsonObject& Json(std::string_view name, std::string_view json);
  JsonObject& Array(std::string_view name, const std::vector<std::string>& items);

  // Compact, without control characters (see SafeJson), so it is one line of its own.
  std::string ToString() const;

 private:
  void Name(std::string_view name);

  std::string members_;
};

}  // namespace pawl::cli
