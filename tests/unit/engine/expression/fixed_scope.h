// FixedScope: a scope of values that a test sets.
#pragma once

#include <map>
#include <string_view>

#include "engine/base/random.h"
#include "engine/expression/scope.h"
#include "engine/json/parse.h"

namespace pawl::expression {

// The only variable is "v".
class FixedScope final : public Scope {
 public:
  explicit FixedScope(json::Arena& arena) : arena_(arena) {}

  void SetRoot(PathRoot root, std::string_view text) {
    roots_[root] = json::Parse(arena_.Copy(text), arena_).value();
  }

  Result<json::Value> Root(const Path& path) override {
    const PathRoot root = path.root();
    const std::string& variable = path.variable();
    if (root == PathRoot::kVariable && variable != "v") return NotFound("no such variable");
    return roots_[root];
  }

  SeededRandom& Random() override { return random_; }

 private:
  json::Arena& arena_;
  std::map<PathRoot, json::Value> roots_;
  SeededRandom random_{42};
};

}  // namespace pawl::expression
