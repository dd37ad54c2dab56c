#include "engine/runtime/text_length.h"

#include <algorithm>
#include <string>

namespace pawl::runtime {
namespace {

std::size_t CharacterCount(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

}  // namespace

Status CheckTextLength(std::string_view text, std::string_view field, std::size_t characters_max) {
  if (text.size() <= characters_max) return OkStatus();
  const std::size_t characters = CharacterCount(text);
  if (characters <= characters_max) return OkStatus();
  return InvalidArgument(std::string(field) + ": has " + std::to_string(characters) +
                             " characters; at most " + std::to_string(characters_max) +
                             " would be right",
                         std::string(field));
}

}  // namespace pawl::runtime
