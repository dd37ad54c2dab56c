#include "tests/bench/load/process_cpu.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <string>

namespace pawl::bench {

double CpuSeconds(int pid) {
  std::ifstream file(fmt::format("/proc/{}/stat", pid));
  std::stringstream text;
  text << file.rdbuf();
  const std::string stat = text.str();
  // The second field of the file, the command in brackets, may hold anything.
  const std::size_t end_of_command = stat.rfind(')');
  if (end_of_command == std::string::npos) return 0;
  std::istringstream fields(stat.substr(end_of_command + 1));
  std::string field;
  // Fields 3 to 13 (proc(5)), then utime and stime.
  for (int i = 3; i <= 13; ++i)
    fields >> field;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  return (user + system) / static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace pawl::bench
