// A parser in the comparison. All do the same work: refuse what RFC 8259 refuses, and duplicate
// names; Parse also builds a json::Value that keeps number text and order.
#pragma once

#include <string_view>

#include "engine/json/arena.h"
#include "engine/json/value.h"

namespace pawl::bench {

struct Candidate {
  const char* name;
  bool (*check)(std::string_view text);
  bool (*parse)(std::string_view text, json::Arena& arena, json::Value& value);
};

// Makes the benchmark run with `candidate` too; called by static initialisers of this program.
bool Register(const Candidate& candidate);

}  // namespace pawl::bench
