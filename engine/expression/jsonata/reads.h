// What an expression may read, found without evaluating it.
#pragma once

#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "engine/expression/jsonata/syntax.h"

namespace pawl::expression::jsonata {

class Reads final {
 public:
  explicit Reads(const Tree& tree);

  bool MayRead(std::string_view variable) const;
  bool MayRead(std::string_view variable, std::string_view member) const;

  bool reads_input() const { return reads_input_; }

 private:
  // `is_top`: the context is the input.
  void Visit(const Node& node, bool is_top);
  void VisitPath(const Node& path, bool is_top);
  void VisitParts(const Node& node, bool is_top);
  // Predicates, stages and groups have the items they look at as their context.
  void VisitTrailers(const Node& node);
  void VisitVariable(const Node& node, bool is_top);

  // Variables read as a whole, and members of variables.
  std::set<std::string_view> whole_;
  std::set<std::pair<std::string_view, std::string_view>> members_;
  bool reads_input_ = false;
};

}  // namespace pawl::expression::jsonata
