// The report: counts by area and level, and what misses.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/conformance/asl/replay.h"

namespace pawl::test {

struct Counts {
  // Cases of the kinds that are replayed here, and those of them that need nothing but a Step
  // Functions endpoint and functions.
  int cases = 0;
  int in_reach = 0;
  int run = 0;
  // Of those that were run: equal at the level.
  int outcome = 0;
  int causal = 0;
  int history = 0;
  int not_supported = 0;

  void Add(const Counts& other);
};

struct CaseReport {
  std::string area = {};
  std::string id = {};
  bool is_in_reach = false;
  // Of a case out of reach nothing: it was not run.
  Verdict verdict = {};
};

class Report {
 public:
  void Add(CaseReport report);

  const Counts& total() const { return total_; }

  // Markdown: the table, then what misses, then what is not supported yet.
  std::string ToMarkdown() const;

 private:
  std::map<std::string, Counts> areas_;
  Counts total_;
  std::vector<CaseReport> misses_;
  std::vector<CaseReport> not_supported_;
};

}  // namespace pawl::test
