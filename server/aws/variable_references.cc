// Walks the JSON of the definition. A state is all that stands in it but the states of its branches
// or its processor, which are states of their own.
#include "server/aws/variable_references.h"

#include <vector>

#include "engine/base/ascii.h"
#include "engine/expression/jsonata/expression.h"
#include "engine/json/arena.h"
#include "engine/json/parse.h"

namespace pawl::aws {
namespace {

using Names = std::set<std::string>;

bool IsNamePart(char c) {
  return IsLetter(c) || IsDigit(c) || c == '_' || static_cast<unsigned char>(c) >= 0x80U;
}

// The name behind the "$" at `place`; empty for "$", "$$" and "$.".
std::string_view NameAt(std::string_view text, std::size_t place) {
  std::size_t end = place + 1;
  while (end < text.size() && IsNamePart(text[end]))
    ++end;
  const std::string_view name = text.substr(place + 1, end - place - 1);
  return name.empty() || (name[0] >= '0' && name[0] <= '9') ? std::string_view() : name;
}

// In a path or in a call of intrinsic functions: outside of its strings.
void ReadPath(std::string_view text, Names& names) {
  bool is_quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '\'') {
      is_quoted = !is_quoted;
    } else if (text[i] == '$' && !is_quoted) {
      const std::string_view name = NameAt(text, i);
      if (!name.empty()) names.emplace(name);
    }
  }
}

// Whether the name that ends at `end` is called, or bound by the expression itself.
bool IsOwn(std::string_view text, std::size_t end) {
  const std::size_t next = text.find_first_not_of(" \t\r\n", end);
  if (next == std::string_view::npos) return false;
  return text[next] == '(' || text.substr(next).starts_with(":=");
}

// In a JSONata expression: what stands in its text as a variable, and what it may read.
void ReadExpression(std::string_view text, Names& names) {
  const auto expression = expression::jsonata::Expression::Parse(text);
  if (!expression.ok()) return;
  Names found;
  Names own = {"states"};
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '$') continue;
    const std::string_view name = NameAt(text, i);
    if (name.empty()) continue;
    (IsOwn(text, i + 1 + name.size()) ? own : found).emplace(name);
  }
  for (const std::string& name : found) {
    if (!own.contains(name) && expression->MayRead(name)) names.insert(name);
  }
}

// Fields that hold a path; that of ResultPath says where to write.
bool HoldsPath(std::string_view key) {
  return key.ends_with(".$") || key == "Variable" || (key.ends_with("Path") && key != "ResultPath");
}

class Walk {
 public:
  std::map<std::string, Names> Take() { return std::move(references_); }

  // The machine itself, a branch, or a processor. Definitions nest as JSON does.
  void Machine(json::Value machine, bool is_jsonata) {
    const json::Value* states = machine.Find("States");
    if (states == nullptr || !states->is_object()) return;
    is_jsonata = LanguageOf(machine, is_jsonata);
    for (const json::Member& state : states->members())
      State(std::string(state.name), state.value, is_jsonata);
  }

 private:
  static bool LanguageOf(json::Value object, bool otherwise) {
    const json::Value* language = object.Find("QueryLanguage");
    if (language == nullptr || !language->is_string()) return otherwise;
    return language->string() == "JSONata";
  }

  void State(const std::string& name, json::Value state, bool is_jsonata) {
    if (!state.is_object()) return;
    const bool has_jsonata = LanguageOf(state, is_jsonata);
    Names names;
    for (const json::Member& member : state.members()) {
      if (member.name == "ItemProcessor" || member.name == "Iterator") {
        Machine(member.value, is_jsonata);
      } else if (member.name == "Branches" && member.value.is_array()) {
        for (const json::Value& branch : member.value.items())
          Machine(branch, is_jsonata);
      } else {
        Read(member.name, member.value, has_jsonata, names);
      }
    }
    if (!names.empty()) references_[name].merge(names);
  }

  static void Read(std::string_view key, json::Value value, bool is_jsonata, Names& names) {
    if (value.is_object()) {
      for (const json::Member& member : value.members())
        Read(member.name, member.value, is_jsonata, names);
    } else if (value.is_array()) {
      for (const json::Value& item : value.items())
        Read("", item, is_jsonata, names);
    } else if (value.is_string()) {
      ReadText(key, value.string(), is_jsonata, names);
    }
  }

  static void ReadText(std::string_view key, std::string_view text, bool is_jsonata, Names& names) {
    constexpr std::size_t kMarkBytes = 2;
    if (!is_jsonata) {
      if (HoldsPath(key)) ReadPath(text, names);
    } else if (text.size() >= 2 * kMarkBytes && text.starts_with("{%") && text.ends_with("%}")) {
      ReadExpression(text.substr(kMarkBytes, text.size() - 2 * kMarkBytes), names);
    }
  }

  std::map<std::string, Names> references_;
};

}  // namespace

std::map<std::string, std::set<std::string>> VariableReferences(std::string_view definition) {
  json::Arena arena;
  const auto machine = json::Parse(definition, arena);
  if (!machine.ok() || !machine->is_object()) return {};
  Walk walk;
  walk.Machine(*machine, /*is_jsonata=*/false);
  return walk.Take();
}

}  // namespace pawl::aws
