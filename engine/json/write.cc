#include "engine/json/write.h"

#include <cstdint>

#include "engine/json/small_stack.h"
#include "engine/json/text_scan.h"

namespace pawl::json {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";
constexpr std::size_t kIndentSpaces = 2;
constexpr std::size_t kInlineLevels = 32;

void AppendEscape(std::string& out, char c) {
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  const auto byte = static_cast<std::uint8_t>(c);
  out += "\\u00";
  out += kHexDigits[byte >> 4U];
  out += kHexDigits[byte & 0xFU];
}

// Writes without recursion: a value built by a program may nest deeper than a stack is.
class Writer {
 public:
  Writer(std::string& out, bool is_pretty) : out_(out), is_pretty_(is_pretty) {}

  void Write(Value root) {
    Begin(root);
    while (!open_.empty()) {
      Level& level = open_.back();
      const bool is_object = level.container.is_object();
      const std::size_t size =
          is_object ? level.container.members().size() : level.container.items().size();
      if (level.next == size) {
        open_.Truncate(open_.size() - 1);
        if (size > 0) NewLine();
        out_ += is_object ? '}' : ']';
        continue;
      }
      if (level.next > 0) out_ += ',';
      NewLine();
      const std::size_t index = level.next++;
      if (is_object) {
        const Member& member = level.container.members()[index];
        WriteStringTo(out_, member.name);
        out_ += is_pretty_ ? ": " : ":";
        Begin(member.value);
      } else {
        Begin(level.container.items()[index]);
      }
    }
  }

 private:
  struct Level {
    Value container;
    std::size_t next = 0;
  };

  // Writes a scalar whole, of a container its opening bracket.
  void Begin(Value value) {
    switch (value.type()) {
      case Type::kNull:
        out_ += "null";
        return;
      case Type::kBoolean:
        out_ += value.boolean() ? "true" : "false";
        return;
      case Type::kNumber:
        out_ += value.number_text();
        return;
      case Type::kString:
        WriteStringTo(out_, value.string());
        return;
      case Type::kArray:
        out_ += '[';
        open_.Push({value});
        return;
      case Type::kObject:
        out_ += '{';
        open_.Push({value});
        return;
    }
  }

  void NewLine() {
    if (!is_pretty_) return;
    out_ += '\n';
    out_.append(open_.size() * kIndentSpaces, ' ');
  }

  std::string& out_;
  bool is_pretty_;
  SmallStack<Level, kInlineLevels> open_;
};

}  // namespace

std::string Write(Value value) {
  std::string out;
  WriteTo(out, value);
  return out;
}

std::string WritePretty(Value value) {
  std::string out;
  Writer(out, /*is_pretty=*/true).Write(value);
  return out;
}

void WriteTo(std::string& out, Value value) {
  Writer(out, /*is_pretty=*/false).Write(value);
}

void WriteStringTo(std::string& out, std::string_view text) {
  out += '"';
  const char* rest = text.data();
  const char* const end = rest + text.size();
  while (rest != end) {
    const char* const special = SkipUnescaped(rest, end);
    out.append(rest, static_cast<std::size_t>(special - rest));
    rest = special;
    if (rest != end) AppendEscape(out, *rest++);
  }
  out += '"';
}

}  // namespace pawl::json
