#include "server/cli/redrawn_rows.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "server/cli/client_command.h"

namespace pawl::cli {
namespace {

std::string_view Environment(const char* name) {
  const char* const value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets it.
  return value == nullptr ? "" : value;
}

// The first of the locale's variables that is set decides, as in setlocale(3).
bool IsUnicodeLocale() {
  for (const char* name : std::array{"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string_view value = Environment(name);
    if (value.empty()) continue;
    return value.find("UTF-8") != std::string_view::npos ||
           value.find("utf8") != std::string_view::npos;
  }
  return false;
}

bool CanRedraw() {
  const std::string_view terminal = Environment("TERM");
  return isatty(STDERR_FILENO) == 1 && !terminal.empty() && terminal != "dumb";
}

DisplaySize TerminalSize() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_row == 0 || size.ws_col == 0) {
    return {};
  }
  return {.rows = size.ws_row, .columns = size.ws_col};
}

}  // namespace

RedrawnRows::RedrawnRows() : is_terminal_(CanRedraw()), is_unicode_(IsUnicodeLocale()) {}

DisplayStyle RedrawnRows::Style(bool is_final) const {
  return {.size = TerminalSize(),
          .is_unicode = is_unicode_,
          .is_colored = Environment("NO_COLOR").empty(),
          .is_final = is_final};
}

void RedrawnRows::Draw(const std::vector<std::string>& rows) {
  Erase();
  for (const std::string& row : rows)
    PrintNote(row);
  rows_drawn_ = rows.size();
}

void RedrawnRows::Erase() {
  if (rows_drawn_ > 0) std::fputs(fmt::format("\x1b[{}A\r\x1b[J", rows_drawn_).c_str(), stderr);
  rows_drawn_ = 0;
}

}  // namespace pawl::cli
