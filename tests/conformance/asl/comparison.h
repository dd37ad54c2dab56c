// Compares recorded with live answers, both normalised, at the three levels of the corpus's README.
#pragma once

#include <string>
#include <vector>

#include "tests/conformance/asl/tree.h"

namespace pawl::test {

// Differences of one case, each in words; empty: none.
struct Differences {
  // How it ended.
  std::vector<std::string> outcome = {};
  // The history as a tree along previousEventId, without ids.
  std::vector<std::string> causal = {};
  // Everything, in order.
  std::vector<std::string> history = {};

  // The same difference at every level.
  void Add(const std::string& difference);
};

// `recorded` and `live`: objects of answers by key; keys that were not recorded are not compared.
Differences Compare(const Tree& recorded, const Tree& live);

}  // namespace pawl::test
