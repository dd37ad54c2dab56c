// RedrawnRows: rows at the bottom of the terminal that standard error is, redrawn in place.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "server/cli/progress.h"

namespace pawl::cli {

class RedrawnRows {
 public:
  RedrawnRows();

  // Whether standard error can be redrawn; where it cannot, nothing is to be drawn.
  bool is_terminal() const { return is_terminal_; }

  // How rows look on this terminal, as large as it is now.
  DisplayStyle Style(bool is_final) const;

  // Puts `rows`, safe for a terminal, in place of those that stand there.
  void Draw(const std::vector<std::string>& rows);
  // Takes them away, so that a line may be printed where they begin.
  void Erase();

  // What stands there stays.
  void Leave() { rows_drawn_ = 0; }

 private:
  bool is_terminal_ = false;
  bool is_unicode_ = false;
  std::size_t rows_drawn_ = 0;
};

}  // namespace pawl::cli
