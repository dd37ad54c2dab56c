#include "engine/platform/file_text.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <system_error>

namespace pawl::platform {
namespace {

constexpr std::size_t kReadBytes = std::size_t{64} * 1024;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

std::string CannotRead(const std::string& name, int error) {
  return "cannot read " + name + ": " + std::generic_category().message(error);
}

}  // namespace

Result<std::string> ReadFileText(const std::string& path, std::size_t bytes_max) {
  const std::string name = "'" + path + "'";
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rbe"));
  if (!file) return NotFound(CannotRead(name, errno));
  return ReadText(file.get(), name, bytes_max);
}

Result<std::string> ReadText(std::FILE* file, const std::string& name, std::size_t bytes_max) {
  std::string text;
  std::array<char, kReadBytes> part{};
  while (true) {
    const std::size_t count = std::fread(part.data(), 1, part.size(), file);
    text.append(part.data(), count);
    if (text.size() > bytes_max) {
      return InvalidArgument(name + " has more than " + std::to_string(bytes_max) + " bytes");
    }
    if (count < part.size()) break;
  }
  if (std::ferror(file) != 0) return InvalidArgument(CannotRead(name, errno));
  return text;
}

}  // namespace pawl::platform
