#include "tests/conformance/asl/tree.h"

#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <charconv>
#include <cmath>
#include <utility>
#include <vector>

namespace pawl::test {
namespace {

constexpr std::size_t kDepthMax = 1'000;

// Python's repr of a float: the shortest digits that read back, an exponent outside 1e-4 to 1e16.
std::string FloatText(double number) {
  constexpr int kExponentMin = -4;
  constexpr int kExponentMax = 16;
  std::array<char, 32> buffer{};
  const int exponent =
      number == 0 ? 0 : static_cast<int>(std::floor(std::log10(std::fabs(number))));
  const bool is_plain = exponent >= kExponentMin && exponent < kExponentMax;
  const auto written =
      std::to_chars(buffer.begin(),
                    buffer.end(),
                    number,
                    is_plain ? std::chars_format::fixed : std::chars_format::scientific);
  std::string text(buffer.data(), written.ptr);
  if (is_plain && text.find('.') == std::string::npos) text += ".0";
  return text;
}

void AppendUnit(std::string& out, std::uint32_t unit) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4)
    out += kDigits[(unit >> static_cast<unsigned>(shift)) & 0xFU];
}

// The code point that begins at `at`, which moves behind it. `text` is UTF-8.
std::uint32_t NextCodePoint(std::string_view text, std::size_t& at) {
  const auto byte = [&text](std::size_t place) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(text[place]));
  };
  const std::uint32_t first = byte(at++);
  if (first < 0x80) return first;
  const int more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
  std::uint32_t code = first & (0x3FU >> static_cast<unsigned>(more));
  for (int i = 0; i < more && at < text.size(); ++i)
    code = (code << 6U) | (byte(at++) & 0x3FU);
  return code;
}

void AppendString(std::string& out, std::string_view text) {
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    const std::uint32_t code = NextCodePoint(text, at);
    constexpr std::string_view kEscaped = "\"\\\n\r\t\f\b";
    constexpr std::string_view kLetters = "\"\\nrtfb";
    const auto place =
        code < 0x80 ? kEscaped.find(static_cast<char>(code)) : std::string_view::npos;
    if (place != std::string_view::npos) {
      out += '\\';
      out += kLetters[place];
    } else if (code >= 0x10000) {
      AppendUnit(out, 0xD800U + ((code - 0x10000U) >> 10U));
      AppendUnit(out, 0xDC00U + ((code - 0x10000U) & 0x3FFU));
    } else if (code < 0x20 || code > 0x7E) {
      AppendUnit(out, code);
    } else {
      out += static_cast<char>(code);
    }
  }
  out += '"';
}

using Entry = std::pair<std::string_view, const Tree*>;

std::vector<Entry> EntriesOf(const Tree& tree, KeyOrder order) {
  std::vector<Entry> entries;
  for (const auto& entry : tree.get_object())
    entries.emplace_back(std::string_view(entry.key()), &entry.value());
  if (order == KeyOrder::kSorted) std::sort(entries.begin(), entries.end());
  return entries;
}

void Append(std::string& out, const Tree& tree, KeyOrder order) {
  switch (tree.kind()) {
    case boost::json::kind::null:
      out += "null";
      return;
    case boost::json::kind::bool_:
      out += tree.get_bool() ? "true" : "false";
      return;
    case boost::json::kind::int64:
      out += std::to_string(tree.get_int64());
      return;
    case boost::json::kind::uint64:
      out += std::to_string(tree.get_uint64());
      return;
    case boost::json::kind::double_:
      out += FloatText(tree.get_double());
      return;
    case boost::json::kind::string:
      AppendString(out, TextOf(tree));
      return;
    case boost::json::kind::array: {
      out += '[';
      bool is_first = true;
      for (const Tree& item : tree.get_array()) {
        if (!std::exchange(is_first, false)) out += ", ";
        Append(out, item, order);
      }
      out += ']';
      return;
    }
    case boost::json::kind::object: {
      out += '{';
      bool is_first = true;
      for (const auto& [name, value] : EntriesOf(tree, order)) {
        if (!std::exchange(is_first, false)) out += ", ";
        AppendString(out, name);
        out += ": ";
        Append(out, *value, order);
      }
      out += '}';
      return;
    }
  }
}

}  // namespace

std::optional<Tree> ParseTree(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = kDepthMax;
  boost::system::error_code error;
  Tree tree = boost::json::parse({text.data(), text.size()}, error, {}, options);
  if (error) return std::nullopt;
  return tree;
}

const Tree* Member(const Tree& tree, std::string_view name) {
  const auto* object = tree.if_object();
  return object == nullptr ? nullptr : object->if_contains({name.data(), name.size()});
}

std::string StringMember(const Tree& tree, std::string_view name) {
  const Tree* member = Member(tree, name);
  return member == nullptr ? std::string() : std::string(TextOf(*member));
}

std::string_view TextOf(const Tree& tree) {
  const auto* string = tree.if_string();
  return string == nullptr ? std::string_view() : std::string_view(string->data(), string->size());
}

std::string PythonText(const Tree& tree, KeyOrder order) {
  std::string text;
  Append(text, tree, order);
  return text;
}

Tree Sorted(const Tree& tree) {
  if (tree.is_array()) {
    boost::json::array items;
    for (const Tree& item : tree.get_array())
      items.push_back(Sorted(item));
    return items;
  }
  if (!tree.is_object()) return tree;
  boost::json::object members;
  for (const auto& [name, value] : EntriesOf(tree, KeyOrder::kSorted)) {
    members.emplace(boost::json::string_view(name.data(), name.size()), Sorted(*value));
  }
  return members;
}

}  // namespace pawl::test
