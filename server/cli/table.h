// A table for people: a heading and aligned columns.
#pragma once

#include <string>
#include <vector>

namespace pawl::cli {

class Table {
 public:
  explicit Table(std::vector<std::string> heading) : rows_{std::move(heading)} {}

  // As many cells as the heading has; each is made safe for a terminal.
  void Add(const std::vector<std::string>& cells);

  bool empty() const { return rows_.size() == 1; }

  // Each row ends with a new line; the last column is not padded.
  std::string ToString() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace pawl::cli
