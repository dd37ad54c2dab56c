// Variables: set by a state's Assign on the frame that the state runs in, seen there and in every
// frame below it (Step Functions Developer Guide, "Passing data between states with variables").
// What a state assigns is seen from the next state on.
#include <algorithm>
#include <string>
#include <utility>

#include "engine/base/check.h"
#include "engine/interpreter/interpreter.h"
#include "engine/interpreter/state_scope.h"
#include "engine/json/parse.h"
#include "engine/json/write.h"

namespace pawl::interpreter {

// nullptr: they are not at hand, which is noted.
const std::map<std::string, Bytes>* Interpreter::StoredVariables(FrameNumber number) {
  static const std::map<std::string, Bytes> kNone;
  const auto row = rows_.frames.find(number);
  if (row == rows_.frames.end() || !row->second.has_variables) return &kNone;
  const auto stored = rows_.variables.find(number);
  if (stored != rows_.variables.end()) return &stored->second;
  missing_.variables.push_back(number);
  is_missing_ = true;
  return nullptr;
}

std::optional<json::Value> Interpreter::FindVariable(Frame& frame, const std::string& name) {
  for (Frame* holder = &frame;; holder = &Get(holder->parent)) {
    const FrameNumber number = holder->number;
    if (holder->has_variables) {
      const auto known = variable_values_.find({number, name});
      if (known != variable_values_.end()) return known->second;
      const Bytes* text = nullptr;
      if (const auto fresh = assigned_.find(number); fresh != assigned_.end()) {
        const auto found = fresh->second.find(name);
        if (found != fresh->second.end()) text = &found->second;
      }
      if (text == nullptr) {
        const auto* stored = StoredVariables(number);
        if (stored == nullptr) return json::Value();
        const auto found = stored->find(name);
        if (found != stored->end()) text = &found->second;
      }
      if (text != nullptr) {
        texts_.push_back(*text);
        const auto parsed = json::Parse(texts_.back().view(), arena_);
        PAWL_CHECK_MESSAGE(parsed.ok(), parsed.status().message().c_str());
        variable_values_.insert_or_assign({number, name}, *parsed);
        return *parsed;
      }
    }
    if (holder->is_root()) return std::nullopt;
  }
}

std::optional<std::vector<Assignment>> Interpreter::Assign(
    Frame& frame,
    const std::optional<asl::ValueTemplate>* assign,
    Datum& source,
    const States& states) {
  std::vector<Assignment> assigned;
  if (assign == nullptr || !assign->has_value()) return assigned;
  Result<json::Value> value = json::Value();
  if (const auto* query = std::get_if<expression::JsonataTemplate>(&**assign)) {
    value = Query(frame, *query, "Assign", states);
    if (!value.ok()) {
      FailQuery(frame, value.status());
      return std::nullopt;
    }
  } else {
    StateScope scope(*this, frame, source);
    value = std::get<expression::PayloadTemplate>(**assign).Evaluate(scope, arena_);
    if (!value.ok()) {
      FailEvaluation(frame, value.status());
      return std::nullopt;
    }
  }
  for (const json::Member& member : value->members()) {
    assigned.push_back(
        {.name = std::string(member.name), .value = Bytes(json::Write(member.value))});
  }
  return assigned;
}

bool Interpreter::CheckVariables(Frame& frame, const std::vector<Assignment>& assigned) {
  if (assigned.empty()) return true;
  const Limits& limits = environment_.limits;
  const auto fail = [&](const std::string& what) {
    Fail(frame,
         {.error = "States.DataLimitExceeded",
          .cause = "The state/task '" + StateOf(frame).name + "' assigned " + what});
    return false;
  };
  std::size_t bytes = 0;
  for (const Assignment& assignment : assigned) {
    bytes += assignment.value.size();
    if (assignment.value.size() > limits.variable_bytes_max) {
      return fail("the variable '" + assignment.name +
                  "' a value with a size exceeding the maximum number of bytes service limit.");
    }
  }
  if (bytes > limits.assign_bytes_max) {
    return fail("variables with a total size exceeding the maximum number of bytes service limit.");
  }
  // Those that this frame can see; what its Assign replaces counts no more.
  std::size_t total = bytes;
  const auto is_replaced = [&](const std::string& name) {
    return std::any_of(assigned.begin(), assigned.end(), [&](const Assignment& assignment) {
      return assignment.name == name;
    });
  };
  for (Frame* holder = &frame;; holder = &Get(holder->parent)) {
    const auto* stored = StoredVariables(holder->number);
    if (stored == nullptr) return false;
    const auto fresh = assigned_.find(holder->number);
    const bool is_own = holder == &frame;
    // "Variable scope": what is set around a Map or Parallel is read inside it, and never set.
    for (const Assignment& assignment : assigned) {
      const bool is_there = stored->contains(assignment.name) ||
                            (fresh != assigned_.end() && fresh->second.contains(assignment.name));
      if (is_own || !is_there) continue;
      FailRuntime(frame,
                  "The variable '" + assignment.name +
                      "' belongs to a scope around this one, where alone it can be assigned.");
      return false;
    }
    for (const auto& [name, value] : *stored) {
      const bool is_stale = fresh != assigned_.end() && fresh->second.contains(name);
      if (!is_stale && !(is_own && is_replaced(name))) total += value.size();
    }
    if (fresh != assigned_.end()) {
      for (const auto& [name, value] : fresh->second) {
        if (!(is_own && is_replaced(name))) total += value.size();
      }
    }
    if (holder->is_root()) break;
  }
  if (total > limits.variables_bytes_max) {
    return fail("variables beyond the maximum number of bytes that an execution may store.");
  }
  return true;
}

void Interpreter::SetVariables(Frame& frame,
                               HistoryEvent& exited,
                               std::vector<Assignment> assigned) {
  if (assigned.empty()) return;
  frame.has_variables = true;
  for (const Assignment& assignment : assigned) {
    assigned_[frame.number].insert_or_assign(assignment.name, assignment.value);
    variable_values_.erase({frame.number, assignment.name});
    if (&exited != &overflow_) history_bytes_ += assignment.value.size();
  }
  exited.assigned = std::move(assigned);
}

}  // namespace pawl::interpreter
