// Tree: a JSON value that can be changed in place, for what is recorded and what is compared. The
// engine's own json::Value never changes; these cases are all about changing answers.
#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace pawl::test {

using Tree = boost::json::value;

// nullopt if `text` is no JSON.
std::optional<Tree> ParseTree(std::string_view text);

// The member of that name; nullptr if there is none or `tree` is no object.
const Tree* Member(const Tree& tree, std::string_view name);

// The string member of that name; empty if there is none.
std::string StringMember(const Tree& tree, std::string_view name);

// The bytes of a string; empty for everything else.
std::string_view TextOf(const Tree& tree);

enum class KeyOrder { kAsIs, kSorted };

// The text that Python's json.dumps writes: ", " and ": ", everything beyond ASCII escaped. The
// recorder's replacements were made on such text.
std::string PythonText(const Tree& tree, KeyOrder order = KeyOrder::kAsIs);

// The same with the members of all objects sorted by name.
Tree Sorted(const Tree& tree);

}  // namespace pawl::test
