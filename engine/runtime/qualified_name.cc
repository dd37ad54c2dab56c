#include <charconv>
#include <system_error>

#include "engine/runtime/versions.h"

namespace pawl {

QualifiedName SplitQualified(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return {.state_machine = std::string(text)};
  return {.state_machine = std::string(text.substr(0, colon)),
          .qualifier = std::string(text.substr(colon + 1))};
}

std::optional<std::uint64_t> VersionOf(std::string_view qualifier) {
  if (qualifier.empty() || qualifier.front() == '0') return std::nullopt;
  std::uint64_t version = 0;
  const auto [end, error] =
      std::from_chars(qualifier.data(), qualifier.data() + qualifier.size(), version);
  if (error != std::errc() || end != qualifier.data() + qualifier.size()) return std::nullopt;
  return version;
}

}  // namespace pawl
