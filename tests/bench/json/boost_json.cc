// Boost.JSON 1.81: its SAX parser, which hands over number text and unescaped pieces.
#include <boost/json/basic_parser_impl.hpp>
#include <string>
#include <string_view>

#include "tests/bench/json/candidate.h"
#include "tests/bench/json/tree_builder.h"

namespace pawl::bench {
namespace {

namespace bj = boost::json;

struct Handler {
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  TreeBuilder& builder;
  json::Arena& arena;
  std::string_view text;
  std::string parts;

  static std::string_view View(bj::string_view s) { return {s.data(), s.size()}; }

  // Pieces inside the text stay there; decoded ones are copied.
  std::string_view Take(bj::string_view last) {
    if (parts.empty()) {
      const bool is_inside = last.data() >= text.data() && last.data() <= text.data() + text.size();
      return is_inside ? View(last) : arena.Copy(View(last));
    }
    parts.append(last.data(), last.size());
    const std::string_view whole = arena.Copy(parts);
    parts.clear();
    return whole;
  }

  bool on_document_begin(bj::error_code&) { return true; }

  bool on_document_end(bj::error_code&) { return true; }

  bool on_array_begin(bj::error_code&) { return builder.Begin(); }

  bool on_array_end(std::size_t, bj::error_code&) { return builder.EndArray(); }

  bool on_object_begin(bj::error_code&) { return builder.Begin(); }

  bool on_object_end(std::size_t, bj::error_code&) { return builder.EndObject(); }

  bool on_string_part(bj::string_view s, std::size_t, bj::error_code&) {
    parts.append(s.data(), s.size());
    return true;
  }

  bool on_string(bj::string_view s, std::size_t, bj::error_code&) {
    return builder.Add(json::Value::String(Take(s)));
  }

  bool on_key_part(bj::string_view s, std::size_t, bj::error_code&) {
    parts.append(s.data(), s.size());
    return true;
  }

  bool on_key(bj::string_view s, std::size_t, bj::error_code&) { return builder.Name(Take(s)); }

  bool on_number_part(bj::string_view, bj::error_code&) { return false; }

  bool on_int64(std::int64_t, bj::string_view s, bj::error_code&) {
    return builder.Add(json::Value::Number(View(s)));
  }

  bool on_uint64(std::uint64_t, bj::string_view s, bj::error_code&) {
    return builder.Add(json::Value::Number(View(s)));
  }

  bool on_double(double, bj::string_view s, bj::error_code&) {
    return builder.Add(json::Value::Number(View(s)));
  }

  bool on_bool(bool value, bj::error_code&) { return builder.Add(json::Value::Boolean(value)); }

  bool on_null(bj::error_code&) { return builder.Add(json::Value()); }

  bool on_comment_part(bj::string_view, bj::error_code&) { return false; }

  bool on_comment(bj::string_view, bj::error_code&) { return false; }
};

bool Run(std::string_view text, TreeBuilder& builder, json::Arena& arena) {
  bj::parse_options options;
  options.max_depth = kJsonDepthMax;
  bj::basic_parser<Handler> parser(
      options, Handler{.builder = builder, .arena = arena, .text = text, .parts = {}});
  bj::error_code error;
  const std::size_t taken = parser.write_some(false, text.data(), text.size(), error);
  return !error && taken == text.size() && parser.done();
}

const bool kRegistered =
    Register({.name = "boost_json",
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
