// Following a compiled path through a document.
#pragma once

#include <cstddef>
#include <vector>

#include "engine/base/status.h"
#include "engine/expression/path.h"
#include "engine/expression/path_syntax.h"
#include "engine/json/arena.h"
#include "engine/json/value.h"

namespace pawl::expression {

// One evaluation over one document: it counts the work of everything inside it.
class PathEvaluator final {
 public:
  // All three outlive the evaluator.
  PathEvaluator(json::Value document, json::Arena& arena) : document_(document), arena_(arena) {}

  // Whether a missing member is skipped where several nodes are looked at, or ends the evaluation.
  // The latter is how Jayway tests that a path exists.
  enum class MissingNames : std::uint8_t { kSkip, kFail };

  // The value of a definite path (NotFound without one), the array of the nodes of any other.
  // `item` is where a path that is not absolute starts. Errors as Path::Evaluate.
  Result<json::Value> Evaluate(const CompiledPath& path, json::Value item, MissingNames missing);

  Result<bool> Matches(const Filter& filter, json::Value item, MissingNames missing);

  // Counts work; ResourceExhausted at kPathWorkMax.
  Status Spend(std::size_t amount);

  // Equal with its work counted.
  Result<bool> SameValue(json::Value a, json::Value b);

  json::Arena& arena() { return arena_; }

 private:
  using Nodes = std::vector<json::Value>;

  struct StepPlace {
    const CompiledPath& path;
    std::size_t index = 0;
    // All steps before this one name one node.
    bool is_single = true;
    MissingNames missing = MissingNames::kSkip;

    const PathStep& step() const { return path.steps[index]; }

    bool is_last() const { return index + 1 == path.steps.size(); }
  };

  Result<json::Value> EvaluateNodes(const CompiledPath& path,
                                    json::Value start,
                                    MissingNames missing);
  Status CheckCount(const Nodes& nodes) const;
  json::Value BuildArray(const Nodes& nodes);
  Result<json::Value> CallOverDescent(const CompiledPath& path, std::size_t function, Nodes& nodes);
  Result<std::vector<json::Value>> EvaluateArguments(const FunctionStep& step);

  Status Apply(const StepPlace& place, json::Value node, Nodes& out);
  Status ApplyNames(const StepPlace& place, const NamesStep& step, json::Value node, Nodes& out);
  Status ApplyIndexes(const StepPlace& place,
                      const IndexesStep& step,
                      json::Value node,
                      Nodes& out);
  Status ApplySlice(const StepPlace& place, const SliceStep& step, json::Value node, Nodes& out);
  Status ApplyWildcard(json::Value node, Nodes& out);
  Status ApplyFilter(const StepPlace& place, const FilterStep& step, json::Value node, Nodes& out);
  Status ApplyFunction(const FunctionStep& step, json::Value node, Nodes& out);
  Status ApplyBelow(const StepPlace& place, json::Value node, Nodes& out);

  // Whether a step behind ".." applies to `node`.
  Result<bool> AppliesBelow(const StepPlace& place, json::Value node);
  // True for an array; an error where exactly this node was asked for.
  Result<bool> IsArrayFor(const StepPlace& place, json::Value node) const;

  json::Value document_;
  json::Arena& arena_;
  std::size_t work_left_ = kPathWorkMax;
};

}  // namespace pawl::expression
