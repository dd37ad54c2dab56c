#include "engine/expression/canonical_text.h"

#include <algorithm>
#include <vector>

#include "engine/json/number.h"
#include "engine/json/write.h"

namespace pawl::expression {
namespace {

void AppendCanonical(std::string& out, json::Value value) {
  if (value.is_number()) {
    out += json::CanonicalNumber(value.number_text());
  } else if (value.is_array()) {
    out += '[';
    for (const json::Value item : value.items()) {
      AppendCanonical(out, item);
      out += ',';
    }
    out += ']';
  } else if (value.is_object()) {
    std::vector<json::Member> members(value.members().begin(), value.members().end());
    std::sort(members.begin(), members.end(), [](const json::Member& a, const json::Member& b) {
      return a.name < b.name;
    });
    out += '{';
    for (const json::Member& member : members) {
      json::WriteStringTo(out, member.name);
      out += ':';
      AppendCanonical(out, member.value);
      out += ',';
    }
    out += '}';
  } else {
    json::WriteTo(out, value);
  }
}

}  // namespace

std::string CanonicalText(json::Value value) {
  std::string text;
  AppendCanonical(text, value);
  return text;
}

}  // namespace pawl::expression
