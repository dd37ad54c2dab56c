// The transformers of a case: how answers lose what differs from run to run (README of the corpus,
// "Normalisation").
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "tests/conformance/asl/tree.h"

namespace pawl::test {

// What transformers need from outside the answers.
struct TransformerScope {
  // normalisation.json's "groups".
  const Tree& groups;
  // The part of an answer that a path such as "c3" names; null if there is none.
  std::function<Tree(const std::string&)> look_up;
};

// `answers`: an object of raw answers by key. `transformers`: placeholders are filled. The answers
// as the corpus records them; InvalidArgument for a transformer that is not known.
Result<Tree> Normalise(const Tree& answers,
                       std::vector<Tree> transformers,
                       const TransformerScope& scope);

}  // namespace pawl::test
