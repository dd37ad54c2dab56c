#include "server/cli/live_progress.h"

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

LiveProgress::LiveProgress(platform::Clock& clock)
    : clock_(clock), is_terminal_(CanRedraw()), is_unicode_(IsUnicodeLocale()) {}

void LiveProgress::Take(const v1::HistoryEvent& event) {
  progress_.Take(event);
  if (is_terminal_) return;
  if (const std::optional<std::string> line = narration_.Tell(progress_, event)) PrintNote(*line);
}

void LiveProgress::Take(const v1::MapRun& run) {
  const StateProgress* const state = progress_.Take(run);
  // Of a state that was left, nothing more is told.
  if (state == nullptr || is_terminal_ || !state->is_open()) return;
  const auto line = narration_.TellItems(*state, clock_.WallNow());
  if (line) PrintNote(*line);
}

void LiveProgress::Erase() {
  if (rows_drawn_ > 0) fmt::print(stderr, "\x1b[{}A\r\x1b[J", rows_drawn_);
  rows_drawn_ = 0;
}

void LiveProgress::Draw(bool is_final) {
  const DisplayStyle style{.size = TerminalSize(),
                           .is_unicode = is_unicode_,
                           .is_colored = Environment("NO_COLOR").empty(),
                           .is_final = is_final};
  const std::vector<std::string> rows = DisplayRows(progress_, clock_.WallNow(), style);
  Erase();
  for (const std::string& row : rows)
    PrintNote(row);
  rows_drawn_ = rows.size();
}

void LiveProgress::Refresh() {
  if (is_terminal_) Draw(false);
}

void LiveProgress::Note(const std::string& line) {
  if (is_terminal_) Erase();
  PrintNote(line);
  Refresh();
}

void LiveProgress::Finish() {
  if (is_terminal_) Draw(true);
  rows_drawn_ = 0;
}

}  // namespace pawl::cli
