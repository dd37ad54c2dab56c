// Reading JSON text (RFC 8259): a check without a tree at the door, and the parser into an arena.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/bytes.h"
#include "engine/base/limits.h"
#include "engine/base/status.h"
#include "engine/json/arena.h"
#include "engine/json/value.h"

namespace pawl::json {

// Says whether `text` is one JSON value: UTF-8, no duplicate member names, no deeper than
// `depth_max`, nothing behind it. One pass, no tree, no recursion. The error is InvalidArgument and
// names the line, the column in characters and the byte offset ("line 1, column 8: expected ',' or
// '}' after a member, found ']' (byte offset 7)").
Status Check(std::string_view text, std::size_t depth_max = kJsonDepthMax);

// Parses one JSON value with the same rules as Check. Strings without escapes and all numbers point
// into `text`, which must outlive the value; the rest is in `arena`.
Result<Value> Parse(std::string_view text, Arena& arena, std::size_t depth_max = kJsonDepthMax);

// A parsed text that owns all it points to.
class Document {
 public:
  static Result<Document> Parse(Bytes text);

  Value root() const { return root_; }

  const Bytes& text() const { return text_; }

  std::size_t memory_bytes() const { return text_.size() + arena_->allocated_bytes(); }

 private:
  Document() = default;

  Bytes text_;
  std::unique_ptr<Arena> arena_;
  Value root_;
};

}  // namespace pawl::json
