// JSONPath as Step Functions has it: the dialect of Jayway's json-path, whose recorded answers are
// in the conformance suite, plus the two roots that the Amazon States Language adds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/base/status.h"
#include "engine/json/arena.h"
#include "engine/json/value.h"

namespace pawl::expression {

// A path's text. Longer ones are refused when they are parsed.
inline constexpr std::size_t kPathBytesMax = std::size_t{16} * 1024;
// Filters, groups and arguments inside each other in one path.
inline constexpr std::size_t kPathNestingMax = 32;
// What one evaluation may visit, in values (a long string counts for several). It bounds the time
// of paths such as `$..*..*`, which grow with the square of the document and worse.
inline constexpr std::size_t kPathWorkMax = 10'000'000;
// What one evaluation may hold at once, in values of 16 bytes.
inline constexpr std::size_t kPathNodesMax = 1'000'000;
// A variable's name, in characters.
inline constexpr std::size_t kVariableNameCharactersMax = 80;

// Where a path starts: "$…" at the input, "$$…" at the context object, "$name…" at a variable.
enum class PathRoot : std::uint8_t { kInput, kContext, kVariable };

struct CompiledPath;

// A parsed path. Copies share it; safe from any thread.
class Path {
 public:
  // "$".
  Path();
  // InvalidArgument says at which column what was expected.
  static Result<Path> Parse(std::string_view text);

  PathRoot root() const { return root_; }

  // The name for kVariable, else empty.
  const std::string& variable() const { return variable_; }

  const std::string& text() const { return text_; }

  // Names at most one node: its result is that node, not an array of nodes.
  bool is_definite() const;

  // "$", "$$" or "$name" with nothing behind.
  bool is_identity() const;

  // What the path selects from `root`, the value that root() and variable() name: for a definite
  // path the value itself, else an array of what matched, possibly empty. The result may point into
  // `root` and into this path.
  //
  // Errors:  NotFound            a definite path matched nothing; the message is Jayway's, such as
  //                              "No results for path: $['a']".
  //          FailedPrecondition  a filter or function cannot be applied to what it met.
  //          ResourceExhausted   kPathWorkMax or kPathNodesMax was reached, or the result would
  //          nest deeper than
  //                              kJsonDepthMax.
  Result<json::Value> Evaluate(json::Value root, json::Arena& arena) const;

 private:
  friend class ReferencePath;

  PathRoot root_ = PathRoot::kInput;
  std::string variable_;
  std::string text_;
  std::shared_ptr<const CompiledPath> compiled_;
};

// A path that names one node by nothing but .name, ['name'] and [index]: what ResultPath and the
// fields ending in Path take. ASL specification, "Reference Paths".
class ReferencePath {
 public:
  // "$".
  ReferencePath() = default;
  // InvalidArgument says at which column what was expected. Which roots a field allows is for the
  // caller to check.
  static Result<ReferencePath> Parse(std::string_view text);

  PathRoot root() const { return path_.root(); }

  const std::string& variable() const { return path_.variable(); }

  const std::string& text() const { return path_.text(); }

  bool is_identity() const { return steps_.empty(); }

  // As Path::Evaluate.
  Result<json::Value> Evaluate(json::Value root, json::Arena& arena) const {
    return path_.Evaluate(root, arena);
  }

  // A new root that equals `root` but for the named node, which is `value`. Missing objects on the
  // way are made; an index must be one that the array has. The result points into both values.
  //
  // Errors:  FailedPrecondition  with reason "States.ResultPathMatchFailure": the way leads through
  //                              something that is no object or array, or beyond an array's end.
  //          ResourceExhausted   the result would nest deeper than kJsonDepthMax.
  Result<json::Value> Set(json::Value root, json::Value value, json::Arena& arena) const;

 private:
  // A member name or an index; a negative one counts from the end.
  using Step = std::variant<std::string, std::int32_t>;

  explicit ReferencePath(Path path) : path_(std::move(path)) {}

  Path path_;
  std::vector<Step> steps_;
};

}  // namespace pawl::expression
