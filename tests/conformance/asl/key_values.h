// Transformers that look at members one by one: by their name, or by a function of name and value.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "tests/conformance/asl/replacements.h"
#include "tests/conformance/asl/tree.h"

namespace pawl::test {

// What of the value is to be replaced: the text given, all of it if the value is no string;
// nullopt: nothing here, look further down.
using KeyValueFunction =
    std::function<std::optional<std::string>(std::string_view key, const Tree& value)>;

struct KeyValueReplacement {
  std::string text;
  // Registered for all answers, and numbered; else replaced at once.
  bool is_reference = false;
};

void ReplaceKeyValues(Tree& tree,
                      const KeyValueFunction& function,
                      const KeyValueReplacement& replacement,
                      Replacements& replacements);

// The functions that cases name. InvalidArgument for others.
Result<KeyValueFunction> FindKeyValueFunction(const std::string& name);

KeyValueFunction ValuesUnder(std::string key);
// Strings that begin with a UUID, under names that end in "id".
KeyValueFunction UuidsUnderId();
// Date-time objects, which answers hold in the form of Python's str: "2026-01-01 00:00:00+00:00".
KeyValueFunction DateTimes();
// Whatever stands under a name with "timestamp", unless it matches `date_time`.
KeyValueFunction Timestamps(std::string_view date_time);

bool IsUuid(std::string_view text);

}  // namespace pawl::test
