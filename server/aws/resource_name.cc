#include "server/aws/resource_name.h"

#include <string_view>

#include "server/aws/api_error.h"

namespace pawl::aws {
namespace {

// Beyond ASCII: U+0080 to U+009F are control characters too.
bool IsControl(std::string_view text, std::size_t place) {
  constexpr unsigned char kFirstOfTwo = 0xC2;
  const auto byte = static_cast<unsigned char>(text[place]);
  if (byte < 0x20 || byte == 0x7F) return true;
  return byte == kFirstOfTwo && place + 1 < text.size() &&
         static_cast<unsigned char>(text[place + 1]) < 0xA0U;
}

}  // namespace

Status CheckResourceName(const std::string& name) {
  constexpr std::string_view kForbidden = " <>{}[]?*\"#%\\^|~`$&,;:/";
  bool is_valid = name.find_first_of(kForbidden) == std::string::npos;
  for (std::size_t place = 0; is_valid && place < name.size(); ++place)
    is_valid = !IsControl(name, place);
  return is_valid ? OkStatus() : Refusal("InvalidName", "Invalid Name: '" + name + "'");
}

}  // namespace pawl::aws
