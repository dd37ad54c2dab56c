#include "engine/expression/path.h"

#include <utility>

#include "engine/base/ascii.h"
#include "engine/expression/character_count.h"
#include "engine/expression/path_evaluator.h"
#include "engine/expression/path_parser.h"
#include "engine/expression/path_syntax.h"
#include "engine/expression/result_depth.h"
#include "engine/expression/text_cursor.h"

namespace pawl::expression {
namespace {

constexpr bool StartsName(char c) {
  return IsLetter(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80;
}

constexpr bool ContinuesName(char c) {
  return StartsName(c) || IsDigit(c);
}

const std::shared_ptr<const CompiledPath>& WholeInput() {
  static const auto path = std::make_shared<const CompiledPath>();
  return path;
}

}  // namespace

Path::Path() : text_("$"), compiled_(WholeInput()) {}

Result<Path> Path::Parse(std::string_view text) {
  if (text.size() > kPathBytesMax) {
    return InvalidArgument("expected a path of at most " + std::to_string(kPathBytesMax) +
                           " bytes, found " + std::to_string(text.size()));
  }
  Path path;
  path.text_ = text;
  while (text.ends_with(' ')) {
    text.remove_suffix(1);
  }
  auto literals = std::make_shared<json::Arena>();
  TextCursor cursor(text, *literals);
  cursor.SkipSpaces();
  if (cursor.Peek() != '$') return cursor.Expected("a path that starts with '$'");
  cursor.Advance();
  if (cursor.Peek() == '$') {
    cursor.Advance();
    path.root_ = PathRoot::kContext;
  } else if (StartsName(cursor.Peek())) {
    const std::size_t begin = cursor.position();
    path.root_ = PathRoot::kVariable;
    path.variable_ = cursor.TakeWhile(ContinuesName);
    if (CountCharacters(path.variable_) > kVariableNameCharactersMax) {
      return cursor.ErrorAt(begin,
                            "expected a variable's name of at most " +
                                std::to_string(kVariableNameCharactersMax) + " characters");
    }
  }
  ASSIGN_OR_RETURN(CompiledPath compiled,
                   ParseSteps(cursor, PathPlace::kWholeText, /*is_absolute=*/true));
  compiled.literals = std::move(literals);
  path.compiled_ = std::make_shared<const CompiledPath>(std::move(compiled));
  return path;
}

bool Path::is_definite() const {
  return compiled_->is_definite;
}

bool Path::is_identity() const {
  return compiled_->steps.empty();
}

Result<json::Value> Path::Evaluate(json::Value root, json::Arena& arena) const {
  return PathEvaluator(root, arena).Evaluate(*compiled_, root, PathEvaluator::MissingNames::kSkip);
}

}  // namespace pawl::expression
