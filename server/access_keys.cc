#include "server/access_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/base/ascii.h"
#include "engine/platform/file_text.h"

namespace pawl::server {
namespace {

constexpr std::size_t kKeysFileBytesMax = std::size_t{1024} * 1024;
constexpr std::size_t kIdCharactersMin = 3;
constexpr std::size_t kIdCharactersMax = 128;
constexpr std::size_t kSecretCharactersMin = 8;
constexpr std::string_view kBetween = " \t\r\n,";

bool IsId(std::string_view text) {
  return text.size() >= kIdCharactersMin && text.size() <= kIdCharactersMax &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return IsLetter(c) || IsDigit(c) || c == '_';
         });
}

Status Add(std::string_view entry, std::size_t number, aws::AccessKeys& keys) {
  const std::size_t colon = entry.find(':');
  if (colon == std::string_view::npos || !IsId(entry.substr(0, colon))) {
    return InvalidArgument(fmt::format(
        "access key {} is not ID:SECRET with an ID of 3 to 128 letters, digits and '_'", number));
  }
  std::string id(entry.substr(0, colon));
  const std::string_view secret = entry.substr(colon + 1);
  if (secret.size() < kSecretCharactersMin) {
    return InvalidArgument(
        fmt::format("the secret of access key '{}' has {} characters; 8 or more "
                    "would be right",
                    id,
                    secret.size()));
  }
  if (keys.contains(id)) return InvalidArgument(fmt::format("access key '{}' stands twice", id));
  keys.emplace(std::move(id), secret);
  return {};
}

std::string WithoutComments(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    out += line.substr(0, line.find('#'));
    out += '\n';
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return out;
}

}  // namespace

Result<aws::AccessKeys> ParseAccessKeys(std::string_view text) {
  const std::string entries = WithoutComments(text);
  aws::AccessKeys keys;
  std::size_t number = 0;
  std::size_t at = 0;
  while ((at = entries.find_first_not_of(kBetween, at)) != std::string::npos) {
    const std::size_t end = std::min(entries.find_first_of(kBetween, at), entries.size());
    RETURN_IF_ERROR(Add(std::string_view(entries).substr(at, end - at), ++number, keys));
    at = end;
  }
  return keys;
}

Result<aws::AccessKeys> LoadAccessKeys(const std::string& text, const std::string& file) {
  ASSIGN_OR_RETURN(aws::AccessKeys keys, ParseAccessKeys(text));
  if (file.empty()) return keys;
  const Result<std::string> content = platform::ReadFileText(file, kKeysFileBytesMax);
  if (!content.ok()) {
    return Status(content.status().code(),
                  fmt::format("aws_access_keys_file: {}; expected a file with a line ID:SECRET for "
                              "each key",
                              content.status().message()));
  }
  Result<aws::AccessKeys> more = ParseAccessKeys(*content);
  if (!more.ok()) {
    return InvalidArgument(
        fmt::format("aws_access_keys_file: '{}': {}", file, more.status().message()));
  }
  if (more->empty()) {
    return InvalidArgument(fmt::format(
        "aws_access_keys_file: '{}' holds no key; expected a line ID:SECRET for each", file));
  }
  for (auto& [id, secret] : *more) {
    if (!keys.emplace(id, std::move(secret)).second) {
      return InvalidArgument(fmt::format(
          "aws_access_keys_file: access key '{}' is in aws_access_keys too; once is right", id));
    }
  }
  return keys;
}

}  // namespace pawl::server
