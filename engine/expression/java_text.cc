#include "engine/expression/java_text.h"

#include <cstddef>
#include <vector>

#include "engine/json/write.h"

namespace pawl::expression {
namespace {

struct Level {
  json::Value container;
  std::size_t next = 0;
};

void Begin(json::Value value, std::string& out, std::vector<Level>& open) {
  if (value.is_string()) {
    out += value.string();
  } else if (value.is_array() || value.is_object()) {
    out += value.is_array() ? '[' : '{';
    open.push_back({value});
  } else {
    json::WriteTo(out, value);
  }
}

}  // namespace

std::string JavaText(json::Value value) {
  std::string out;
  std::vector<Level> open;
  Begin(value, out, open);
  while (!open.empty()) {
    Level& level = open.back();
    const bool is_object = level.container.is_object();
    const std::size_t size =
        is_object ? level.container.members().size() : level.container.items().size();
    if (level.next == size) {
      out += is_object ? '}' : ']';
      open.pop_back();
      continue;
    }
    if (level.next > 0) out += ", ";
    const std::size_t index = level.next++;
    json::Value child;
    if (is_object) {
      const json::Member& member = level.container.members()[index];
      out += member.name;
      out += '=';
      child = member.value;
    } else {
      child = level.container.items()[index];
    }
    Begin(child, out, open);
  }
  return out;
}

}  // namespace pawl::expression
