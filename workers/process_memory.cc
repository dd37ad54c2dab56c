#include "workers/process_memory.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include "workers/unique_fd.h"

namespace pawl::workers {
namespace {

constexpr std::size_t kProcessesMax = 256;

// The start of a file of /proc; empty when it is not there.
std::string_view ReadSmallFile(const std::string& path, std::array<char, 4096>& buffer) {
  const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return {};
  const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
  return {buffer.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
}

// Takes the next number off the front of `text`; 0 when there is none.
std::size_t TakeNumber(std::string_view& text) {
  const std::size_t skipped = text.find_first_not_of(" \n");
  text.remove_prefix(skipped == std::string_view::npos ? text.size() : skipped);
  std::size_t number = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), number);
  text.remove_prefix(static_cast<std::size_t>(end.ptr - text.data()));
  return number;
}

}  // namespace

std::size_t ResidentBytes(pid_t pid) {
  static const auto page_bytes = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  std::array<char, 4096> buffer{};
  std::vector<std::string> processes = {std::to_string(pid)};
  std::size_t pages = 0;
  for (std::size_t i = 0; i < processes.size(); ++i) {
    const std::string directory = "/proc/" + processes[i];
    std::string_view sizes = ReadSmallFile(directory + "/statm", buffer);
    TakeNumber(sizes);
    pages += TakeNumber(sizes);
    std::string_view children =
        ReadSmallFile(directory + "/task/" + processes[i] + "/children", buffer);
    while (processes.size() < kProcessesMax) {
      const std::size_t child = TakeNumber(children);
      if (child == 0) break;
      processes.push_back(std::to_string(child));
    }
  }
  return pages * page_bytes;
}

}  // namespace pawl::workers
