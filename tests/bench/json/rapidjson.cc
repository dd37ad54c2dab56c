// RapidJSON 1.1: its iterative SAX reader in situ, over a copy of the text. It accepts escapes of
// lone low surrogates, which would have to be found again.
#include <rapidjson/reader.h>

#include <cstring>
#include <string_view>

#include "tests/bench/json/candidate.h"
#include "tests/bench/json/tree_builder.h"

namespace pawl::bench {
namespace {

struct Handler {
  TreeBuilder& builder;

  bool Null() { return builder.Add(json::Value()); }

  bool Bool(bool value) { return builder.Add(json::Value::Boolean(value)); }

  bool Int(int) { return false; }

  bool Uint(unsigned) { return false; }

  bool Int64(std::int64_t) { return false; }

  bool Uint64(std::uint64_t) { return false; }

  bool Double(double) { return false; }

  bool RawNumber(const char* text, rapidjson::SizeType size, bool) {
    return builder.Add(json::Value::Number({text, size}));
  }

  bool String(const char* text, rapidjson::SizeType size, bool) {
    return builder.Add(json::Value::String({text, size}));
  }

  bool Key(const char* text, rapidjson::SizeType size, bool) { return builder.Name({text, size}); }

  bool StartObject() { return builder.Begin(); }

  bool EndObject(rapidjson::SizeType) { return builder.EndObject(); }

  bool StartArray() { return builder.Begin(); }

  bool EndArray(rapidjson::SizeType) { return builder.EndArray(); }
};

bool Run(std::string_view text, TreeBuilder& builder, json::Arena& arena) {
  char* const copy = static_cast<char*>(arena.Allocate(text.size() + 1));
  std::memcpy(copy, text.data(), text.size());
  copy[text.size()] = '\0';
  rapidjson::InsituStringStream stream(copy);
  rapidjson::Reader reader;
  Handler handler{.builder = builder};
  constexpr unsigned kFlags = rapidjson::kParseIterativeFlag | rapidjson::kParseInsituFlag |
                              rapidjson::kParseNumbersAsStringsFlag |
                              rapidjson::kParseValidateEncodingFlag;
  return !reader.Parse<kFlags>(stream, handler).IsError();
}

const bool kRegistered =
    Register({.name = "rapidjson",
              .check =
                  [](std::string_view text) {
                    json::Arena arena;
                    TreeBuilder builder(nullptr);
                    return Run(text, builder, arena);
                  },
              .parse =
                  [](std::string_view text, json::Arena& arena, json::Value& value) {
                    TreeBuilder builder(&arena);
                    if (!Run(text, builder, arena)) return false;
                    value = builder.root();
                    return true;
                  }});

}  // namespace
}  // namespace pawl::bench
