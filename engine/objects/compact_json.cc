#include "engine/objects/compact_json.h"

#include <cstddef>

namespace pawl::objects {
namespace {

constexpr bool IsSpace(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

// Behind the string that starts at `begin`.
std::size_t StringEnd(std::string_view json, std::size_t begin) {
  std::size_t place = begin + 1;
  while (place < json.size() && json[place] != '"') {
    place += json[place] == '\\' ? 2 : 1;
  }
  return place + 1;
}

}  // namespace

void AppendCompact(std::string& out, std::string_view json) {
  std::size_t kept = 0;
  std::size_t place = 0;
  while (place < json.size()) {
    if (json[place] == '"') {
      place = StringEnd(json, place);
    } else if (!IsSpace(json[place])) {
      ++place;
    } else {
      out += json.substr(kept, place - kept);
      while (place < json.size() && IsSpace(json[place])) {
        ++place;
      }
      kept = place;
    }
  }
  out += json.substr(kept);
}

}  // namespace pawl::objects
