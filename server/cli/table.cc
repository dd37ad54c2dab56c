#include "server/cli/table.h"

#include <algorithm>

#include "engine/base/check.h"
#include "server/cli/terminal_text.h"

namespace pawl::cli {
namespace {

constexpr std::size_t kColumnGap = 2;

}  // namespace

void Table::Add(const std::vector<std::string>& cells) {
  PAWL_CHECK(cells.size() == rows_.front().size());
  std::vector<std::string>& row = rows_.emplace_back();
  for (const std::string& cell : cells)
    row.push_back(SafeText(cell));
}

std::string Table::ToString() const {
  std::vector<std::size_t> widths(rows_.front().size(), 0);
  for (const std::vector<std::string>& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i)
      widths[i] = std::max(widths[i], CharacterCount(row[i]));
  }
  std::string out;
  for (const std::vector<std::string>& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      line.append(widths[i] - CharacterCount(row[i]) + kColumnGap, ' ');
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  }
  return out;
}

}  // namespace pawl::cli
