// Any bytes become UTF-8, judged by the JSON reader; valid text stays as it is.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/check.h"
#include "engine/json/parse.h"
#include "engine/json/write.h"
#include "server/utf8_text.h"

namespace {

bool IsUtf8(std::string_view text) {
  std::string quoted;
  pawl::json::WriteStringTo(quoted, text);
  return pawl::json::Check(quoted).ok();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  const std::string valid = pawl::server::ToValidUtf8(text);
  PAWL_CHECK(IsUtf8(valid));
  PAWL_CHECK((valid == text) == IsUtf8(text));
  PAWL_CHECK(valid.size() <= text.size() * 3);
  return 0;
}
