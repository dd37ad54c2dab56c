// The causal level: a history as a tree along previousEventId, ids dropped, siblings unordered.
//
// A tree as deep as a history is long is not built. Each event gets a number that stands for its
// details and the numbers of those it caused: two events have one number exactly when the trees
// below them are equal.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "tests/conformance/asl/tree.h"

namespace pawl::test {

class CausalTrees {
 public:
  // `tree` with every history in it replaced by the numbers of its roots, and by the text of the
  // events that parallel_events renumbered. Comparable with other results of the same object only.
  Tree Of(const Tree& tree);

 private:
  using Node = std::pair<std::string, std::vector<int>>;

  Tree History(const boost::json::object& answer);

  std::map<Node, int> numbers_;
};

}  // namespace pawl::test
