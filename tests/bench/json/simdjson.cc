// simdjson 3.0: its on-demand reader, which knows the text of numbers. It needs 64 readable bytes
// behind the text, hence a copy, and checks only what is visited. Number text would have to be
// checked again; that is left out here, in its favour.
#include <simdjson.h>

#include <cstring>
#include <string_view>
#include <vector>

#include "tests/bench/json/candidate.h"
#include "tests/bench/json/tree_builder.h"

namespace pawl::bench {
namespace {

namespace sj = simdjson::ondemand;

struct Walker {
  TreeBuilder& builder;
  json::Arena& arena;

  bool Scalar(sj::json_type type, sj::value value) {
    switch (type) {
      case sj::json_type::number: {
        std::string_view token = value.raw_json_token();
        while (token.back() == ' ' || token.back() == '\n') {
          token.remove_suffix(1);
        }
        return builder.Add(json::Value::Number(token));
      }
      case sj::json_type::string: {
        std::string_view text;
        return value.get_string().get(text) == simdjson::SUCCESS &&
               builder.Add(json::Value::String(text));
      }
      case sj::json_type::boolean: {
        bool is_true = false;
        return value.get_bool().get(is_true) == simdjson::SUCCESS &&
               builder.Add(json::Value::Boolean(is_true));
      }
      default:
        return value.is_null() && builder.Add(json::Value());
    }
  }

  bool Object(sj::object object) {
    if (!builder.Begin()) return false;
    for (auto field : object) {
      std::string_view name;
      if (field.unescaped_key().get(name) != simdjson::SUCCESS) return false;
      builder.Name(name);
      sj::value value;
      if (field.value().get(value) != simdjson::SUCCESS || !Value(value)) return false;
    }
    return builder.EndObject();
  }

  bool Array(sj::array array) {
    if (!builder.Begin()) return false;
    for (auto item : array) {
      sj::value value;
      if (item.get(value) != simdjson::SUCCESS || !Value(value)) return false;
    }
    return builder.EndArray();
  }

  bool Value(sj::value value) {
    sj::json_type type{};
    if (value.type().get(type) != simdjson::SUCCESS) return false;
    if (type == sj::json_type::object) {
      sj::object object;
      return value.get_object().get(object) == simdjson::SUCCESS && Object(object);
    }
    if (type == sj::json_type::array) {
      sj::array array;
      return value.get_array().get(array) == simdjson::SUCCESS && Array(array);
    }
    return Scalar(type, value);
  }
};

// All payloads measured are objects or arrays; scalars need a third way in.
bool Run(std::string_view text, TreeBuilder& builder, json::Arena& arena) {
  static sj::parser parser;
  const std::size_t padded = text.size() + simdjson::SIMDJSON_PADDING;
  char* const copy = static_cast<char*>(arena.Allocate(padded));
  std::memcpy(copy, text.data(), text.size());
  std::memset(copy + text.size(), 0, simdjson::SIMDJSON_PADDING);
  sj::document document;
  if (parser.iterate(copy, text.size(), padded).get(document) != simdjson::SUCCESS) return false;
  Walker walker{.builder = builder, .arena = arena};
  sj::value root;
  if (document.get_value().get(root) != simdjson::SUCCESS) return false;
  // At the end of the text there is no current location.
  return walker.Value(root) && document.current_location().error() == simdjson::OUT_OF_BOUNDS;
}

const bool kRegistered =
    Register({.name = "simdjson",
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
