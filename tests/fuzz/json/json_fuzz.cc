// Any bytes are read. Check and Parse must agree with each other and with Boost.JSON, and what is
// written must read back equal.
#include <boost/json.hpp>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/check.h"
#include "engine/json/number.h"
#include "engine/json/parse.h"
#include "engine/json/write.h"

namespace pawl::json {
namespace {

// Boost accepts duplicate names, and refuses exponents beyond an int.
void CompareWithBoost(std::string_view text, const Status& ours) {
  if (ours.message().find("a second time in one object") != std::string::npos) return;
  boost::json::parse_options options;
  options.max_depth = kJsonDepthMax;
  boost::json::error_code error;
  boost::json::parse({text.data(), text.size()}, error, {}, options);
  if (error == boost::json::error::exponent_overflow) return;
  PAWL_CHECK(ours.ok() == !error);
}

void CheckNumbers(Value value) {
  if (value.is_array()) {
    for (const Value item : value.items()) {
      CheckNumbers(item);
    }
  } else if (value.is_object()) {
    for (const Member& member : value.members()) {
      CheckNumbers(member.value);
    }
  } else if (value.is_number()) {
    PAWL_CHECK(CompareNumbers(value.number_text(), value.number_text()) == 0);
    const std::optional<std::int64_t> integer = value.AsInt64();
    if (integer) PAWL_CHECK(CompareNumbers(value.number_text(), std::to_string(*integer)) == 0);
    const double number = value.AsDouble();
    if (std::isfinite(number)) PAWL_CHECK(NumberToDouble(NumberFromDouble(number)) == number);
  }
}

void Run(std::string_view text) {
  Arena arena;
  const Status checked = Check(text);
  const Result<Value> parsed = Parse(text, arena);
  PAWL_CHECK(checked == parsed.status());
  CompareWithBoost(text, checked);
  if (!parsed.ok()) return;

  CheckNumbers(*parsed);
  const std::string written = Write(*parsed);
  const Result<Value> again = Parse(written, arena);
  PAWL_CHECK(again.ok());
  PAWL_CHECK(Equal(*parsed, *again));
  PAWL_CHECK(Write(*again) == written);
  PAWL_CHECK(parsed->depth() == again->depth());
  const std::string pretty = WritePretty(*parsed);
  PAWL_CHECK(Equal(*parsed, Parse(pretty, arena).value()));
}

}  // namespace
}  // namespace pawl::json

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  pawl::json::Run({reinterpret_cast<const char*>(data), size});
  return 0;
}
