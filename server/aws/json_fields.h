// JsonFields: appends the members of one JSON object to a text, leaving out those without a value.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/base/time.h"

namespace pawl::aws {

class JsonFields {
 public:
  // Opens the object. `out` outlives this; the destructor closes the object.
  explicit JsonFields(std::string& out);
  ~JsonFields();
  JsonFields(const JsonFields&) = delete;
  JsonFields& operator=(const JsonFields&) = delete;

  // Names are plain: they need no escapes. Values are UTF-8.
  void Text(std::string_view name, std::optional<std::string_view> value);
  void Number(std::string_view name, std::optional<std::int64_t> value);
  void Boolean(std::string_view name, bool value);
  // Seconds since the epoch with three decimals, as AWS's JSON protocol has times.
  void Time(std::string_view name, Timestamp value);
  // A payload as text, and beside it "<name>Details" with `flag`: AWS's way of saying whether all
  // of it is there.
  void Payload(std::string_view name, const Bytes& value, std::string_view flag, bool flag_value);
  // A value that is JSON already.
  void Raw(std::string_view name, std::string_view json);
  // Begins a member whose value the caller appends to the text next.
  void Begin(std::string_view name);

 private:
  std::string& out_;
  bool is_empty_ = true;
};

}  // namespace pawl::aws
