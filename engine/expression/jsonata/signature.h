// Function signatures: "<a<n>s?:b>" says which arguments a function takes, and which of them the
// context may stand in for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/expression/jsonata/error.h"
#include "engine/expression/jsonata/value.h"

namespace pawl::expression::jsonata {

class Signature final {
 public:
  // Why a signature cannot be read: `offset` is in it.
  struct ParseError {
    Error error;
    std::size_t offset = 0;
  };

  // `text` starts with '<'; what comes behind the colon does not count.
  static std::variant<Signature, ParseError> Parse(std::string_view text);

  // The arguments as the function takes them: missing ones from the context, single values as
  // arrays. T0410, T0411 or T0412 where they do not fit; the token is for the caller to fill in.
  std::optional<Error> Apply(std::span<const Value> arguments,
                             Value context,
                             json::Arena& arena,
                             std::vector<Value>& fitted) const;

  // Whether `arguments` fit one by one as they are, which is the usual case; then they need no
  // Apply.
  bool FitsAsIs(std::span<const Value> arguments) const;

  // Whether a parameter says what its array holds.
  bool looks_into_arrays() const { return looks_into_arrays_; }

 private:
  struct Parameter {
    // One bit for each symbol it takes.
    std::uint16_t accepted = 0;
    char type = 0;
    bool may_be_missing = false;
    bool may_repeat = false;
    // Takes as few arguments as it can rather than as many.
    bool is_lazy = false;
    bool takes_context = false;
    std::optional<std::string> subtype = std::nullopt;
  };

  // How many arguments each of the first `parameter_count` parameters takes; nullopt: they do not
  // fit. `is_whole`: no argument may be left over.
  std::optional<std::vector<std::size_t>> Match(std::span<const Value> arguments,
                                                std::size_t parameter_count,
                                                bool is_whole) const;
  Error Mismatch(std::span<const Value> arguments) const;
  static bool HoldsSubtype(Value argument, std::string_view subtype, std::size_t taken);

  std::vector<Parameter> parameters_;
  bool is_simple_ = true;
  bool looks_into_arrays_ = false;
};

}  // namespace pawl::expression::jsonata
