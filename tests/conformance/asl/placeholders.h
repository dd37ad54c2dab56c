// Placeholders: the "@{...}" and "$ref" of a case, and the answers they speak about.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "tests/conformance/asl/tree.h"

namespace pawl::test {

class Placeholders {
 public:
  // `state_machines` is the case's list.
  explicit Placeholders(const Tree& state_machines) : state_machines_(state_machines) {}

  // A variable, such as "account", or the answer to a call, such as "c1".
  void Set(const std::string& name, Tree value) { values_[name] = std::move(value); }

  // The part that a path such as "c2/executionArn/#colon(-1)" names. NotFound if there is none.
  Result<Tree> LookUp(std::string_view path);

  // `value` with everything filled in.
  Result<Tree> Fill(const Tree& value);

 private:
  Result<Tree> FillText(std::string_view text);
  Result<Tree> FillReference(const Tree& reference);
  Result<Tree> DefinitionText(std::size_t index);

  const Tree& state_machines_;
  std::map<std::string, Tree, std::less<>> values_;
};

}  // namespace pawl::test
