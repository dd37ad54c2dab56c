// A signature is a small regular expression over the types of the arguments, and is matched as one:
// each parameter takes as many arguments as it can (or as few, where it is lazy) such that the
// parameters behind it can still take theirs.
#include "engine/expression/jsonata/signature.h"

#include <algorithm>
#include <utility>

namespace pawl::expression::jsonata {
namespace {

constexpr std::string_view kTypeSymbols = "asnblfom";
// Parameters times arguments; more than anyone writes.
constexpr std::size_t kMatchCellsMax = 1'000'000;

std::uint16_t BitOf(char symbol) {
  const std::size_t place = kTypeSymbols.find(symbol);
  return place == std::string_view::npos ? std::uint16_t{0}
                                         : static_cast<std::uint16_t>(1U << place);
}

std::uint16_t BitsOf(std::string_view symbols) {
  unsigned bits = 0;
  for (const char symbol : symbols) {
    bits |= BitOf(symbol);
  }
  return static_cast<std::uint16_t>(bits);
}

// The symbol of a value's type; 'm' for no value, which every parameter but a function takes.
char SymbolOf(Value value) {
  switch (value.kind()) {
    case Kind::kNull:
      return 'l';
    case Kind::kBoolean:
      return 'b';
    case Kind::kNumber:
    case Kind::kNumberText:
      return 'n';
    case Kind::kString:
      return 's';
    case Kind::kJsonArray:
    case Kind::kArray:
      return 'a';
    case Kind::kJsonObject:
    case Kind::kObject:
      return 'o';
    case Kind::kFunction:
    case Kind::kThunk:
      return 'f';
    case Kind::kUndefined:
    case Kind::kFailed:
    case Kind::kTuple:
      return 'm';
  }
  return 'm';
}

// What a bracket at `open` encloses ends here; the end of the text if it is never closed.
std::size_t ClosingBracket(std::string_view text, std::size_t open, char opening, char closing) {
  int depth = 1;
  std::size_t place = open + 1;
  for (; place < text.size(); ++place) {
    if (text[place] == closing && --depth == 0) break;
    if (text[place] == opening) ++depth;
  }
  return place;
}

std::string_view NameOfSubtype(std::string_view subtype) {
  constexpr std::string_view kTypes = "abfnos";
  constexpr std::string_view kNames[] = {
      "arrays", "booleans", "functions", "numbers", "objects", "strings"};
  const std::size_t place = subtype.size() == 1 ? kTypes.find(subtype) : std::string_view::npos;
  return place == std::string_view::npos ? "values" : kNames[place];
}

}  // namespace

std::variant<Signature, Signature::ParseError> Signature::Parse(std::string_view text) {
  Signature signature;
  std::vector<Parameter>& parameters = signature.parameters_;
  for (std::size_t place = 1; place < text.size() && text[place] != ':'; ++place) {
    const char symbol = text[place];
    switch (symbol) {
      case 's':
      case 'n':
      case 'b':
      case 'l':
      case 'o':
        parameters.push_back(
            {.accepted = static_cast<std::uint16_t>(BitOf(symbol) | BitOf('m')), .type = symbol});
        break;
      case 'a':
      case 'x':
        parameters.push_back({.accepted = BitsOf("asnblfom"), .type = symbol});
        break;
      case 'j':
        parameters.push_back({.accepted = BitsOf("asnblom"), .type = symbol});
        break;
      case 'f':
        parameters.push_back({.accepted = BitOf('f'), .type = symbol});
        break;
      case '(': {
        const std::size_t end = ClosingBracket(text, place, '(', ')');
        const std::string_view choice = text.substr(place + 1, end - place - 1);
        if (choice.find('<') != std::string_view::npos) {
          return ParseError{.error = Error{.code = "S0402"}, .offset = place};
        }
        parameters.push_back(
            {.accepted = static_cast<std::uint16_t>(BitsOf(choice) | BitOf('m')), .type = '('});
        place = end;
        break;
      }
      case '-':
      case '?':
      case '+': {
        if (parameters.empty()) break;
        Parameter& last = parameters.back();
        // A second mark makes the first one lazy, as in regular expressions.
        if (symbol == '-') last.takes_context = true;
        if (last.may_be_missing || last.may_repeat) {
          last.is_lazy = true;
        } else {
          (symbol == '+' ? last.may_repeat : last.may_be_missing) = true;
        }
        break;
      }
      case '<': {
        if (parameters.empty() ||
            (parameters.back().type != 'a' && parameters.back().type != 'f')) {
          return ParseError{.error = Error{.code = "S0401"}, .offset = place};
        }
        const std::size_t end = ClosingBracket(text, place, '<', '>');
        parameters.back().subtype = text.substr(place + 1, end - place - 1);
        place = end;
        break;
      }
      default:
        break;
    }
  }
  for (const Parameter& parameter : parameters) {
    if (parameter.may_repeat || parameter.is_lazy) signature.is_simple_ = false;
    if (parameter.subtype) signature.looks_into_arrays_ = true;
  }
  return signature;
}

bool Signature::FitsAsIs(std::span<const Value> arguments) const {
  if (!is_simple_ || arguments.size() > parameters_.size()) return false;
  for (std::size_t i = 0; i < parameters_.size(); ++i) {
    const Parameter& parameter = parameters_[i];
    if (i >= arguments.size()) {
      if (!parameter.may_be_missing || parameter.takes_context) return false;
      continue;
    }
    const char symbol = SymbolOf(arguments[i]);
    if ((parameter.accepted & BitOf(symbol)) == 0) return false;
    if (parameter.type != 'a' || symbol == 'm') continue;
    if (symbol != 'a') return false;
    if (parameter.subtype && !HoldsSubtype(arguments[i], *parameter.subtype, 1)) return false;
  }
  return true;
}

std::optional<std::vector<std::size_t>> Signature::Match(std::span<const Value> arguments,
                                                         std::size_t parameter_count,
                                                         bool is_whole) const {
  // fits[p][a]: the parameters from p on can take the arguments from a on.
  const std::size_t width = arguments.size() + 1;
  if (width > kMatchCellsMax / (parameter_count + 1)) return std::nullopt;
  std::vector<bool> fits((parameter_count + 1) * width, false);
  for (std::size_t a = 0; a < width; ++a) {
    fits[parameter_count * width + a] = !is_whole || a == arguments.size();
  }
  const auto takes = [this, arguments](std::size_t p, std::size_t a) {
    return a < arguments.size() && (parameters_[p].accepted & BitOf(SymbolOf(arguments[a]))) != 0;
  };
  const auto most = [this, arguments, takes](std::size_t p, std::size_t a) {
    const std::size_t limit = parameters_[p].may_repeat ? arguments.size() : 1;
    std::size_t count = 0;
    while (count < limit && takes(p, a + count)) {
      ++count;
    }
    return count;
  };
  const auto least = [this](std::size_t p) {
    return parameters_[p].may_be_missing ? std::size_t{0} : std::size_t{1};
  };
  for (std::size_t p = parameter_count; p-- > 0;) {
    for (std::size_t a = width; a-- > 0;) {
      const bool may_skip = parameters_[p].may_be_missing && fits[(p + 1) * width + a];
      const bool may_take = takes(p, a) && (fits[(p + 1) * width + a + 1] ||
                                            (parameters_[p].may_repeat && fits[p * width + a + 1]));
      fits[p * width + a] = may_skip || may_take;
    }
  }
  if (!fits[0]) return std::nullopt;
  std::vector<std::size_t> counts;
  std::size_t a = 0;
  for (std::size_t p = 0; p < parameter_count; ++p) {
    std::optional<std::size_t> chosen;
    const std::size_t end = most(p, a);
    for (std::size_t count = least(p); count <= end; ++count) {
      if (!fits[(p + 1) * width + a + count]) continue;
      if (!chosen || !parameters_[p].is_lazy) chosen = count;
    }
    counts.push_back(*chosen);
    a += *chosen;
  }
  return counts;
}

std::optional<Error> Signature::Apply(std::span<const Value> arguments,
                                      Value context,
                                      json::Arena& arena,
                                      std::vector<Value>& fitted) const {
  const std::optional<std::vector<std::size_t>> counts =
      Match(arguments, parameters_.size(), /*is_whole=*/true);
  if (!counts) return Mismatch(arguments);
  std::size_t next = 0;
  for (std::size_t p = 0; p < parameters_.size(); ++p) {
    const Parameter& parameter = parameters_[p];
    const std::size_t count = (*counts)[p];
    if (count == 0) {
      if (!parameter.takes_context) {
        fitted.push_back(next < arguments.size() ? arguments[next] : Value());
        ++next;
      } else if ((parameter.accepted & BitOf(SymbolOf(context))) != 0) {
        fitted.push_back(context);
      } else {
        return Error{.code = "T0411", .index = next + 1};
      }
      continue;
    }
    // JSONata 2.0.6 gives a parameter that repeats its first argument over and over, unless it is
    // an array.
    const Value first = arguments[next];
    for (std::size_t i = 0; i < count; ++i) {
      Value argument = parameter.type == 'a' ? arguments[next] : first;
      if (parameter.type == 'a' && !argument.is_undefined()) {
        if (parameter.subtype && !HoldsSubtype(argument, *parameter.subtype, count)) {
          Error error{.code = "T0412", .index = next + 1};
          error.detail = NameOfSubtype(*parameter.subtype);
          return error;
        }
        if (!argument.is_array()) {
          auto* const array = new (arena.Allocate(sizeof(Array))) Array();
          array->Push(argument, arena);
          argument = Value::Of(array);
        }
      }
      fitted.push_back(argument);
      ++next;
    }
  }
  return std::nullopt;
}

// `taken`: how many arguments the parameter takes.
bool Signature::HoldsSubtype(Value argument, std::string_view subtype, std::size_t taken) {
  if (!argument.is_array()) {
    return taken == 1 && subtype.size() == 1 && SymbolOf(argument) == subtype.front();
  }
  const std::size_t count = argument.item_count();
  if (count == 0) return true;
  if (subtype.empty()) return false;
  for (std::size_t i = 0; i < count; ++i) {
    if (SymbolOf(argument.item(i)) != subtype.front()) return false;
  }
  return true;
}

// Points at the first argument that the parameters in front of it leave over.
Error Signature::Mismatch(std::span<const Value> arguments) const {
  std::size_t good = 0;
  for (std::size_t p = 1; p <= parameters_.size(); ++p) {
    const std::optional<std::vector<std::size_t>> counts = Match(arguments, p, /*is_whole=*/false);
    if (!counts) break;
    good = 0;
    for (const std::size_t count : *counts) {
      good += count;
    }
  }
  return Error{.code = "T0410", .index = good + 1};
}

}  // namespace pawl::expression::jsonata
