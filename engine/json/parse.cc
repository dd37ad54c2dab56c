// Check and Parse are the same loop (text_reader.h) with another sink: a text that passes one
// passes the other.
#include "engine/json/parse.h"

#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <utility>

#include "engine/json/member_names.h"
#include "engine/json/small_stack.h"
#include "engine/json/string_text.h"
#include "engine/json/text_reader.h"

namespace pawl::json {
namespace {

// Takes note of values and builds nothing.
class CheckSink final {
 public:
  explicit CheckSink(Arena& arena) : arena_(arena) {}

  std::string_view Name(RawString raw) { return Decode(raw, arena_); }

  void Null() {}

  void Boolean(bool /*value*/) {}

  void Number(std::string_view /*text*/) {}

  void String(RawString /*raw*/) {}

  std::size_t BeginContainer() { return 0; }

  void EndArray(std::size_t /*begin*/) {}

  void EndObject(std::size_t /*begin*/, std::span<const MemberName> /*names*/) {}

 private:
  Arena& arena_;
};

// Builds the value. Finished values wait on a stack until their container ends.
class TreeSink final {
 public:
  explicit TreeSink(Arena& arena) : arena_(arena) {}

  std::string_view Name(RawString raw) { return Decode(raw, arena_); }

  void Null() { values_.Push(Value()); }

  void Boolean(bool value) { values_.Push(Value::Boolean(value)); }

  void Number(std::string_view text) { values_.Push(Value::Number(text)); }

  void String(RawString raw) { values_.Push(Value::String(Decode(raw, arena_))); }

  // Where the container's values begin; its End takes it back.
  std::size_t BeginContainer() { return values_.size(); }

  void EndArray(std::size_t begin) {
    const std::span<Value> items = values_.From(begin);
    auto* const copy = static_cast<Value*>(arena_.Allocate(items.size_bytes()));
    std::uninitialized_copy(items.begin(), items.end(), copy);
    const Value array = Value::Array({copy, items.size()});
    values_.Truncate(begin);
    values_.Push(array);
  }

  void EndObject(std::size_t begin, std::span<const MemberName> names) {
    const std::span<Value> values = values_.From(begin);
    auto* const members = static_cast<Member*>(arena_.Allocate(names.size() * sizeof(Member)));
    for (std::size_t i = 0; i < names.size(); ++i) {
      new (members + i) Member{.name = names[i].text(), .value = values[i]};
    }
    const Value object = Value::Object({members, names.size()});
    values_.Truncate(begin);
    values_.Push(object);
  }

  Value root() { return values_.back(); }

 private:
  static constexpr std::size_t kInlineValues = 64;

  Arena& arena_;
  SmallStack<Value, kInlineValues> values_;
};

}  // namespace

Status Check(std::string_view text, std::size_t depth_max) {
  Arena names_with_escapes;
  CheckSink sink(names_with_escapes);
  return TextReader<CheckSink>(text, depth_max, sink).Read();
}

Result<Value> Parse(std::string_view text, Arena& arena, std::size_t depth_max) {
  TreeSink sink(arena);
  RETURN_IF_ERROR(TextReader<TreeSink>(text, depth_max, sink).Read());
  return sink.root();
}

Result<Document> Document::Parse(Bytes text) {
  Document document;
  document.text_ = std::move(text);
  document.arena_ = std::make_unique<Arena>();
  ASSIGN_OR_RETURN(document.root_, json::Parse(document.text_.view(), *document.arena_));
  return document;
}

}  // namespace pawl::json
