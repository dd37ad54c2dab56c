// Words follow XPath's English: hundreds join what follows with "and", thousands with a comma. The
// largest word is a trillion, so beyond a thousand of them trillions are counted in trillions: "ten
// billion trillion trillion trillion". Such numbers are doubles, taken apart with the arithmetic of
// doubles.
#include "engine/expression/jsonata/numerals.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <optional>
#include <vector>

#include "engine/base/ascii.h"

namespace pawl::expression::jsonata {

namespace {

struct Word {
  double value;
  std::string_view cardinal;
  std::string_view ordinal;
};

// Below a hundred, the words there are.
constexpr std::array kSmall = {
    Word{0, "zero", "zeroth"},
    Word{1, "one", "first"},
    Word{2, "two", "second"},
    Word{3, "three", "third"},
    Word{4, "four", "fourth"},
    Word{5, "five", "fifth"},
    Word{6, "six", "sixth"},
    Word{7, "seven", "seventh"},
    Word{8, "eight", "eighth"},
    Word{9, "nine", "ninth"},
    Word{10, "ten", "tenth"},
    Word{11, "eleven", "eleventh"},
    Word{12, "twelve", "twelfth"},
    Word{13, "thirteen", "thirteenth"},
    Word{14, "fourteen", "fourteenth"},
    Word{15, "fifteen", "fifteenth"},
    Word{16, "sixteen", "sixteenth"},
    Word{17, "seventeen", "seventeenth"},
    Word{18, "eighteen", "eighteenth"},
    Word{19, "nineteen", "nineteenth"},
    Word{20, "twenty", "twentieth"},
    Word{30, "thirty", "thirtieth"},
    Word{40, "forty", "fortieth"},
    Word{50, "fifty", "fiftieth"},
    Word{60, "sixty", "sixtieth"},
    Word{70, "seventy", "seventieth"},
    Word{80, "eighty", "eightieth"},
    Word{90, "ninety", "ninetieth"},
};
constexpr std::size_t kTwenty = 20;
constexpr Word kHundred{1e2, "hundred", "hundredth"};
constexpr std::array kGreat = {
    Word{1e3, "thousand", "thousandth"},
    Word{1e6, "million", "millionth"},
    Word{1e9, "billion", "billionth"},
    Word{1e12, "trillion", "trillionth"},
};

const Word& SmallWord(std::size_t value) {
  return kSmall.at(value < kTwenty ? value : kTwenty + value / 10 - 2);
}

const Word& GreatestWithin(double value) {
  std::size_t i = kGreat.size() - 1;
  while (i > 0 && kGreat.at(i).value > value) {
    --i;
  }
  return kGreat.at(i);
}

std::string_view SpelledWord(const Word& word, bool is_ordinal) {
  return is_ordinal ? word.ordinal : word.cardinal;
}

void AppendBelowHundred(double value, bool is_ordinal, std::string& text) {
  const auto number = static_cast<std::size_t>(value);
  const std::size_t ones = number < kTwenty ? 0 : number % 10;
  if (ones == 0) {
    text += SpelledWord(SmallWord(number), is_ordinal);
    return;
  }
  text += SmallWord(number - ones).cardinal;
  text += '-';
  text += SpelledWord(SmallWord(ones), is_ordinal);
}

// Each call takes at least a factor of a hundred off, so that 308 digits nest 26 calls deep.
void AppendWords(double value, bool is_ordinal, bool is_continued, std::string& text) {
  if (value < kHundred.value) {
    text += is_continued ? " and " : "";
    AppendBelowHundred(value, is_ordinal, text);
    return;
  }
  text += is_continued ? ", " : "";
  const Word& unit = value < kGreat.front().value ? kHundred : GreatestWithin(value);
  const double count = std::floor(value / unit.value);
  const double rest = value - count * unit.value;
  AppendWords(count, false, false, text);
  text += ' ';
  text += SpelledWord(unit, is_ordinal && rest <= 0);
  if (rest > 0) AppendWords(rest, is_ordinal, true, text);
}

std::optional<double> WordValue(std::string_view text) {
  const auto is_word = [text](const Word& word) {
    return word.cardinal == text || word.ordinal == text;
  };
  for (const Word& word : kSmall) {
    if (is_word(word)) return word.value;
  }
  if (is_word(kHundred)) return kHundred.value;
  for (const Word& word : kGreat) {
    if (is_word(word)) return word.value;
  }
  return std::nullopt;
}

constexpr bool IsSpace(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    c = ToLower(c);
  }
  return lower;
}

// Takes the first word and the one separator behind it: a space, a hyphen or ", ". " and " is a
// word between two spaces.
std::string_view TakeWord(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && !IsSpace(text[length]) && text[length] != '-') {
    ++length;
  }
  std::string_view word = text.substr(0, length);
  const bool is_last = length == text.size();
  text.remove_prefix(is_last ? length : length + 1);
  if (word.ends_with(',') && !is_last) word.remove_suffix(1);
  return word;
}

struct RomanDigit {
  double value;
  std::string_view text;
};

constexpr std::array kRomanDigits = {
    RomanDigit{1000, "m"},
    RomanDigit{900, "cm"},
    RomanDigit{500, "d"},
    RomanDigit{400, "cd"},
    RomanDigit{100, "c"},
    RomanDigit{90, "xc"},
    RomanDigit{50, "l"},
    RomanDigit{40, "xl"},
    RomanDigit{10, "x"},
    RomanDigit{9, "ix"},
    RomanDigit{5, "v"},
    RomanDigit{4, "iv"},
    RomanDigit{1, "i"},
};

constexpr double kLetters = 26;

}  // namespace

std::string Letters(double value) {
  std::string reversed;
  while (value >= 1) {
    const double last = std::fmod(value - 1, kLetters);
    reversed += static_cast<char>('a' + static_cast<int>(last));
    value = std::floor((value - 1) / kLetters);
  }
  return {reversed.rbegin(), reversed.rend()};
}

std::string RomanNumeral(double value) {
  std::string text;
  for (const RomanDigit& digit : kRomanDigits) {
    while (value >= digit.value) {
      text += digit.text;
      value -= digit.value;
    }
  }
  return text;
}

std::string NumberWords(double value, bool is_ordinal) {
  std::string text;
  AppendWords(value, is_ordinal, false, text);
  return text;
}

double ReadLetters(std::string_view text) {
  double value = 0;
  for (const char c : text) {
    if (c < 'a' || c > 'z') return kNoNumber;
    value = value * kLetters + (c - 'a' + 1);
  }
  return value;
}

double ReadRomanNumeral(std::string_view text) {
  double sum = 0;
  double highest = 0;
  for (std::size_t i = text.size(); i > 0; --i) {
    double value = 0;
    for (const RomanDigit& digit : kRomanDigits) {
      if (digit.text == text.substr(i - 1, 1)) value = digit.value;
    }
    if (value == 0) return kNoNumber;
    sum += value < highest ? -value : value;
    highest = std::max(highest, value);
  }
  return sum;
}

double ReadNumberWords(std::string_view text) {
  const std::string lower = LowerCase(text);
  std::string_view rest = lower;
  // Sums to add up in the end: "three thousand" multiplies only the last, and what follows a
  // thousand begins a new one.
  std::vector<double> sums = {0};
  bool may_be_and = false;
  do {
    const std::string_view word = TakeWord(rest);
    if (may_be_and && word == "and" && !rest.empty()) {
      may_be_and = false;
      continue;
    }
    const std::optional<double> value = WordValue(word);
    if (!value) return kNoNumber;
    if (*value >= kHundred.value) {
      sums.back() *= *value;
    } else if (sums.back() >= kGreat.front().value) {
      sums.push_back(*value);
    } else {
      sums.back() += *value;
    }
    may_be_and = true;
  } while (!rest.empty());
  return std::accumulate(sums.begin(), sums.end(), 0.0);
}

std::vector<std::size_t> NumberWordLengths(std::string_view text) {
  std::vector<std::size_t> lengths;
  if (text.empty()) return lengths;
  if (std::string_view("-, ").find(text.front()) != std::string_view::npos) return {1};
  const char first = ToLower(text.front());
  const auto append = [&](std::string_view word) {
    if (word.front() == first && LowerCase(text.substr(0, word.size())) == word) {
      lengths.push_back(word.size());
    }
  };
  const auto append_both = [&append](const Word& word) {
    append(word.cardinal);
    append(word.ordinal);
  };
  std::for_each(kSmall.begin(), kSmall.end(), append_both);
  append_both(kHundred);
  std::for_each(kGreat.begin(), kGreat.end(), append_both);
  append("and");
  return lengths;
}

}  // namespace pawl::expression::jsonata
