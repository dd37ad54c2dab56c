#include "engine/runtime/name_check.h"

namespace pawl::runtime {

// API reference, CreateStateMachine: the name must not contain white space, brackets < > { } [ ],
// wildcards ? *, special characters " # % \ ^ | ~ ` $ & , ; : / or control characters.
Status CheckName(std::string_view name, std::string_view what, const std::string& field) {
  constexpr std::string_view kForbidden = " <>{}[]?*\"#%\\^|~`$&,;:/";
  constexpr std::size_t kNameCharactersMax = 80;
  std::size_t characters = 0;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0U) != 0x80U) ++characters;
    if (byte <= 0x20 || byte == 0x7F || kForbidden.find(c) != std::string_view::npos) {
      return InvalidArgument("Invalid Name: '" + std::string(name) + "': the name of " +
                                 std::string(what) +
                                 " has no white space, control characters or any of " +
                                 std::string(kForbidden.substr(1)),
                             field)
          .WithReason("InvalidName");
    }
  }
  if (characters == 0 || characters > kNameCharactersMax) {
    return InvalidArgument("Invalid Name: the name of " + std::string(what) +
                               " has 1 to 80 characters, this one " + std::to_string(characters),
                           field)
        .WithReason("InvalidName");
  }
  return OkStatus();
}

}  // namespace pawl::runtime
