#include "tests/support/temporary_directory.h"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <system_error>

#include "engine/base/check.h"

namespace pawl::test {

namespace {

std::filesystem::path Root() {
  const char* given = std::getenv("TEST_TMPDIR");
  return given != nullptr ? std::filesystem::path(given) : std::filesystem::temp_directory_path();
}

}  // namespace

TemporaryDirectory::TemporaryDirectory() {
  std::string pattern = (Root() / "pawl-test-XXXXXX").string();
  PAWL_CHECK_MESSAGE(mkdtemp(pattern.data()) != nullptr, "cannot make a temporary directory");
  path_ = pattern;
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::string ReadFile(const std::filesystem::path& path) {
  const std::ifstream file(path, std::ios::binary);
  PAWL_CHECK_MESSAGE(file.is_open(), path.c_str());
  std::ostringstream text;
  text << file.rdbuf();
  return std::move(text).str();
}

void WriteFile(const std::filesystem::path& path, const std::string& text) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  file.close();
  PAWL_CHECK_MESSAGE(!file.fail(), path.c_str());
}

}  // namespace pawl::test
