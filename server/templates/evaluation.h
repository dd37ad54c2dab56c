// Evaluator: what the intrinsic functions of a template come to (AWS CloudFormation, "Intrinsic
// function reference"). Values are JSON; what is AWS::NoValue vanishes from the list or object it
// stands in.
//
// Work is bounded whatever the template: aliases of YAML and functions may make it much larger than
// its text, so nodes, characters and nesting are counted over a whole reading.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/asl/problems.h"
#include "engine/asl/source.h"
#include "engine/json/arena.h"
#include "engine/json/value.h"

namespace pawl::templates {

inline constexpr std::size_t kEvaluatedNodesMax = 1'000'000;
inline constexpr std::size_t kEvaluatedTextMax = std::size_t{16} * 1024 * 1024;
inline constexpr std::size_t kEvaluationDepthMax = 400;

// What Ref and Fn::GetAtt lead to.
class References {
 public:
  virtual ~References() = default;

  // nullopt: AWS::NoValue, or there is none, which is reported at `place`.
  virtual std::optional<json::Value> Ref(std::string_view name, const asl::Place& place) = 0;
  virtual std::optional<json::Value> GetAtt(std::string_view logical_id,
                                            std::string_view attribute,
                                            const asl::Place& place) = 0;
};

// The parts of a template that functions look into; nullptr where it has none. All outlive the
// evaluator.
struct Tables {
  const asl::Place* mappings = nullptr;
  const asl::Place* conditions = nullptr;
  std::string region = {};
};

class Evaluator {
 public:
  // All outlive the evaluator; values live in `arena`.
  Evaluator(Tables tables, References& references, asl::Problems& problems, json::Arena& arena);

  // nullopt: AWS::NoValue, or an error, which is reported.
  std::optional<json::Value> Evaluate(const asl::Place& place);

  // The condition of that name; errors are reported at `place`, and such a condition is false.
  bool Condition(std::string_view name, const asl::Place& place);

  // A value that stands in the template as it is: without functions.
  std::optional<json::Value> Literal(const asl::Place& place);

  json::Arena& arena() { return arena_; }

 private:
  // What a function is applied to: the value behind its name, or all of a node with a short tag.
  struct Argument {
    std::string_view function;
    const asl::Place& place;
    bool is_tagged = false;
  };

  using Value = json::Value;
  using Function = std::optional<Value> (Evaluator::*)(const Argument&);
  static const std::map<std::string_view, Function>& Functions();

  std::optional<Value> Call(const Argument& argument);
  // The node without its tag.
  std::optional<Value> Plain(const asl::Place& place);
  std::optional<Value> PlainList(const asl::Place& place);
  std::optional<Value> PlainObject(const asl::Place& place);
  std::optional<Value> Content(const Argument& argument);
  std::optional<std::string> TextContent(const Argument& argument);
  std::optional<std::string> Text(const asl::Place& place);
  std::optional<Value> List(const asl::Place& place, std::string_view function);
  // Whether the argument is a list of so many items, as it stands there; else reports `expected`.
  bool IsList(const Argument& argument,
              std::size_t min,
              std::size_t max,
              std::string_view expected);

  std::optional<Value> Ref(const Argument& argument);
  std::optional<Value> GetAtt(const Argument& argument);
  std::optional<Value> Sub(const Argument& argument);
  std::optional<Value> Join(const Argument& argument);
  std::optional<Value> Select(const Argument& argument);
  std::optional<Value> Split(const Argument& argument);
  std::optional<Value> Base64(const Argument& argument);
  std::optional<Value> FindInMap(const Argument& argument);
  std::optional<Value> If(const Argument& argument);
  std::optional<Value> GetAZs(const Argument& argument);
  std::optional<Value> Length(const Argument& argument);
  std::optional<Value> ToJsonString(const Argument& argument);

  using Names = std::map<std::string, std::string>;
  // The second item of Fn::Sub's list.
  std::optional<Names> SubNames(const asl::Place& place);
  std::optional<std::string> SubValue(std::string_view name,
                                      const Names& names,
                                      const asl::Place& place);
  std::optional<Value> Mapped(const asl::Place& place,
                              const std::string& map,
                              const std::string& top,
                              const std::string& second,
                              bool has_default);

  bool Decide(const asl::Place& place);
  bool DecideFunction(const Argument& argument);
  bool DecideEquals(const Argument& argument);

  std::optional<Value> Fail(const asl::Place& place, std::string_view code, std::string message);
  // Takes one node off what is left; false (reported once) when nothing is.
  bool Spend(const asl::Place& place);
  std::optional<Value> ToText(const asl::Place& place, const std::string& text);

  const Tables tables_;
  References& references_;
  asl::Problems& problems_;
  json::Arena& arena_;
  // Of conditions: nullopt while one is being decided.
  std::map<std::string, std::optional<bool>, std::less<>> conditions_;
  std::size_t nodes_left_ = kEvaluatedNodesMax;
  std::size_t text_left_ = kEvaluatedTextMax;
  std::size_t depth_ = 0;
  bool is_spent_ = false;
};

// A string, number or boolean as the text that CloudFormation makes of it; nullopt for others.
std::optional<std::string> ScalarText(json::Value value);

// "!GetAtt" is "Fn::GetAtt"; "!Ref" and "!Condition" are "Ref" and "Condition".
std::string LongName(std::string_view tag);

}  // namespace pawl::templates
