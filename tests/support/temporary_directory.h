// A directory that goes away with its scope, for tests that need a real disk.
#pragma once

#include <filesystem>
#include <string>

namespace pawl::test {

class TemporaryDirectory {
 public:
  // Makes an empty directory under $TEST_TMPDIR, or the system's place for temporary files.
  TemporaryDirectory();
  ~TemporaryDirectory();

  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

// The whole text of a file. Aborts the test program if it cannot be read.
std::string ReadFile(const std::filesystem::path& path);
void WriteFile(const std::filesystem::path& path, const std::string& text);

}  // namespace pawl::test
