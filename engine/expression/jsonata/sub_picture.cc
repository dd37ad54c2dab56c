#include "engine/expression/jsonata/sub_picture.h"

#include <algorithm>
#include <numeric>

#include "engine/expression/jsonata/code_points.h"
#include "engine/expression/jsonata/integer_format.h"
#include "engine/expression/jsonata/picture_refused.h"

namespace pawl::expression::jsonata {

namespace {

std::optional<char32_t> SingleCharacter(std::string_view text) {
  const std::u32string code_points = CodePoints(text);
  if (code_points.size() != 1) return std::nullopt;
  return code_points.front();
}

// A sub-picture cut into the parts that the rules of XPath speak of.
class Parts {
 public:
  Parts(std::u32string_view whole, const DecimalFormat& format) : whole_(whole), format_(format) {
    const auto is_inner = [this](char32_t c) { return IsActive(c) && !IsExponentSeparator(c); };
    const auto first = std::find_if(whole.begin(), whole.end(), is_inner);
    const auto last = std::find_if(whole.rbegin(), whole.rend(), is_inner);
    if (first == whole.end()) return;
    begin_ = static_cast<std::size_t>(first - whole.begin());
    end_ = whole.size() - static_cast<std::size_t>(last - whole.rbegin());
    CutExponent();
    CutFraction();
  }

  std::u32string_view prefix() const { return whole_.substr(0, begin_); }

  std::u32string_view suffix() const { return whole_.substr(end_); }

  std::u32string_view integer() const { return integer_; }

  std::u32string_view fraction() const { return fraction_; }

  const std::optional<std::u32string_view>& exponent() const { return exponent_; }

  bool Contains(std::u32string_view text) const {
    return whole_.find(text) != std::u32string_view::npos;
  }

  // XPath and XQuery Functions and Operators 3.1, 4.7.3, "Syntax of the picture string". Where
  // several rules are broken JSONata reports the last, so they are checked from the end.
  Status Check() const {
    RETURN_IF_ERROR(CheckExponent());
    RETURN_IF_ERROR(CheckOptionalDigits());
    RETURN_IF_ERROR(CheckGroups());
    RETURN_IF_ERROR(CheckCharacters());
    return CheckOnce();
  }

 private:
  using Character = std::optional<char32_t>;

  bool IsExponentSeparator(char32_t c) const { return c == format_.exponent_separator; }

  bool IsDigitOrOptional(char32_t c) const {
    return format_.IsDigit(c) || c == format_.optional_digit;
  }

  bool IsActive(char32_t c) const {
    return IsDigitOrOptional(c) || IsExponentSeparator(c) || c == format_.decimal_separator ||
           c == format_.grouping_separator || c == format_.pattern_separator;
  }

  std::u32string_view Active() const { return whole_.substr(begin_, end_ - begin_); }

  static std::size_t Find(std::u32string_view text, Character c, std::size_t from = 0) {
    return c ? text.find(*c, from) : std::u32string_view::npos;
  }

  void CutExponent() {
    const std::size_t separator = Find(whole_, format_.exponent_separator, begin_);
    mantissa_ = Active();
    if (separator > end_) return;
    mantissa_ = whole_.substr(begin_, separator - begin_);
    exponent_ = whole_.substr(separator + 1, std::max(end_, separator + 1) - separator - 1);
  }

  void CutFraction() {
    const std::size_t separator = Find(mantissa_, format_.decimal_separator);
    integer_ = mantissa_.substr(0, separator);
    if (separator < mantissa_.size()) fraction_ = mantissa_.substr(separator + 1);
  }

  Status CheckExponent() const {
    if (!exponent_) return OkStatus();
    const bool is_number = !exponent_->empty() &&
                           std::all_of(exponent_->begin(), exponent_->end(), [this](char32_t c) {
                             return format_.IsDigit(c);
                           });
    if (!is_number) {
      return PictureRefused(
          "D3093",
          "The exponent part of the sub-picture must comprise only of one or more "
          "characters that are members of the 'decimal digit family'");
    }
    if (Contains(format_.percent) || Contains(format_.per_mille)) {
      return PictureRefused(
          "D3092",
          "A sub-picture that contains a 'percent' or 'per-mille' character must not "
          "contain a character treated as an 'exponent-separator'");
    }
    return OkStatus();
  }

  Status CheckOptionalDigits() const {
    const auto is_digit = [this](char32_t c) { return format_.IsDigit(c); };
    const std::size_t last =
        format_.optional_digit ? fraction_.rfind(*format_.optional_digit) : fraction_.npos;
    if (last != fraction_.npos &&
        std::any_of(
            fraction_.begin() + static_cast<std::ptrdiff_t>(last), fraction_.end(), is_digit)) {
      return PictureRefused(
          "D3091",
          "The fractional part of the sub-picture must not contain an instance of the "
          "'optional digit character' that is followed by a member of the 'decimal digit "
          "family'");
    }
    const std::size_t first = Find(integer_, format_.optional_digit);
    if (first != integer_.npos &&
        std::any_of(
            integer_.begin(), integer_.begin() + static_cast<std::ptrdiff_t>(first), is_digit)) {
      return PictureRefused(
          "D3090",
          "The integer part of the sub-picture must not contain a member of the 'decimal "
          "digit family' that is followed by an instance of the 'optional digit "
          "character'");
    }
    return OkStatus();
  }

  Status CheckGroups() const {
    if (!format_.grouping_separator) return OkStatus();
    const char32_t group = *format_.grouping_separator;
    if (Contains(std::u32string(2, group))) {
      return PictureRefused("D3089",
                            "The sub-picture must not contain two adjacent instances of the "
                            "'grouping-separator' character");
    }
    const std::size_t decimal = Find(whole_, format_.decimal_separator);
    if (decimal == whole_.npos) {
      if (!integer_.ends_with(group)) return OkStatus();
      return PictureRefused(
          "D3088",
          "The sub-picture must not contain a 'grouping-separator' at the end of the "
          "integer part");
    }
    if (whole_.substr(0, decimal).ends_with(group) ||
        whole_.substr(decimal + 1).starts_with(group)) {
      return PictureRefused(
          "D3087",
          "The sub-picture must not contain a 'grouping-separator' character that appears "
          "adjacent to a 'decimal-separator' character");
    }
    return OkStatus();
  }

  Status CheckCharacters() const {
    const auto is_active = [this](char32_t c) { return IsActive(c); };
    const std::u32string_view active = Active();
    if (active.empty() || !std::all_of(active.begin(), active.end(), is_active)) {
      return PictureRefused(
          "D3086",
          "The sub-picture must not contain a passive character that is preceded by an "
          "active character and that is followed by another active character");
    }
    if (std::none_of(mantissa_.begin(), mantissa_.end(), [this](char32_t c) {
          return IsDigitOrOptional(c);
        })) {
      return PictureRefused(
          "D3085",
          "The mantissa part of a sub-picture must contain at least one character that is "
          "either an 'optional digit character' or a member of the 'decimal digit "
          "family'");
    }
    return OkStatus();
  }

  bool ContainsTwice(std::u32string_view text) const {
    return whole_.find(text) != whole_.rfind(text);
  }

  Status CheckOnce() const {
    if (Contains(format_.percent) && Contains(format_.per_mille)) {
      return PictureRefused(
          "D3084", "The sub-picture must not contain both a 'percent' and a 'per-mille' character");
    }
    if (ContainsTwice(format_.per_mille)) {
      return PictureRefused(
          "D3083",
          "The sub-picture must not contain more than one instance of the 'per-mille' "
          "character");
    }
    if (ContainsTwice(format_.percent)) {
      return PictureRefused(
          "D3082",
          "The sub-picture must not contain more than one instance of the 'percent' "
          "character");
    }
    const std::size_t decimal = Find(whole_, format_.decimal_separator);
    if (decimal != whole_.npos &&
        Find(whole_, format_.decimal_separator, decimal + 1) != whole_.npos) {
      return PictureRefused("D3081",
                            "The sub-picture must not contain more than one instance of the "
                            "'decimal-separator' character");
    }
    return OkStatus();
  }

  std::u32string_view whole_;
  const DecimalFormat& format_;
  // Between them, from the first to the last character that means something.
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::u32string_view mantissa_;
  std::u32string_view integer_;
  std::u32string_view fraction_;
  std::optional<std::u32string_view> exponent_;
};

// How many digits lie between each separator and the decimal point. Of the integer part the last
// comes first.
std::vector<std::size_t> Groups(std::u32string digits,
                                bool is_integer,
                                const DecimalFormat& format) {
  if (is_integer) std::reverse(digits.begin(), digits.end());
  std::vector<std::size_t> groups;
  std::size_t count = 0;
  for (const char32_t c : digits) {
    if (c == format.grouping_separator) {
      groups.push_back(count);
    } else {
      ++count;
    }
  }
  return groups;
}

std::size_t RepeatedSize(const std::vector<std::size_t>& groups) {
  if (groups.empty()) return 0;
  const std::size_t size = std::accumulate(
      groups.begin(), groups.end(), std::size_t{0}, [](std::size_t a, std::size_t b) {
        return std::gcd(a, b);
      });
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (groups[i] != (i + 1) * size) return 0;
  }
  return size;
}

// XPath and XQuery Functions and Operators 3.1, 4.7.4, "Analyzing the picture string".
SubPicture Analyze(const Parts& parts, const DecimalFormat& format) {
  const auto count = [&format](std::u32string_view text, bool is_all) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [&](char32_t c) {
      return format.IsDigit(c) || (is_all && c == format.optional_digit);
    }));
  };
  SubPicture picture;
  picture.prefix = Utf8(parts.prefix());
  picture.suffix = Utf8(parts.suffix());
  if (parts.Contains(format.percent)) picture.factor = 100;
  if (parts.Contains(format.per_mille)) picture.factor = 1000;
  picture.integer_groups = Groups(std::u32string(parts.integer()), true, format);
  picture.group_size = RepeatedSize(picture.integer_groups);
  picture.fraction_groups = Groups(std::u32string(parts.fraction()), false, format);
  picture.integer_digits_min = count(parts.integer(), false);
  picture.scale = picture.integer_digits_min;
  picture.fraction_digits_min = count(parts.fraction(), false);
  picture.fraction_digits_max = count(parts.fraction(), true);
  if (parts.exponent()) picture.exponent_digits_min = count(*parts.exponent(), false);

  if (picture.integer_digits_min == 0 && picture.fraction_digits_max == 0) {
    if (parts.exponent()) {
      picture.fraction_digits_min = 1;
      picture.fraction_digits_max = 1;
    } else {
      picture.integer_digits_min = 1;
    }
  }
  const bool has_optional_integer = count(parts.integer(), true) > count(parts.integer(), false);
  if (parts.exponent() && picture.integer_digits_min == 0 && has_optional_integer) {
    picture.integer_digits_min = 1;
  }
  if (picture.integer_digits_min == 0 && picture.fraction_digits_min == 0) {
    picture.fraction_digits_min = 1;
  }
  return picture;
}

}  // namespace

DecimalFormat ReadDecimalFormat(
    const std::vector<std::pair<std::string, std::string>>& properties) {
  DecimalFormat format;
  for (const auto& [name, value] : properties) {
    if (name == "decimal-separator") format.decimal_separator = SingleCharacter(value);
    if (name == "grouping-separator") format.grouping_separator = SingleCharacter(value);
    if (name == "exponent-separator") format.exponent_separator = SingleCharacter(value);
    if (name == "pattern-separator") format.pattern_separator = SingleCharacter(value);
    if (name == "digit") format.optional_digit = SingleCharacter(value);
    if (name == "zero-digit") format.zero = SingleCharacter(value).value_or(format.zero);
    if (name == "minus-sign") format.minus_sign = value;
    if (name == "infinity") format.infinity = value;
    if (name == "NaN") format.nan = value;
    // An empty text would be found everywhere.
    if (name == "percent" && !value.empty()) format.percent = CodePoints(value);
    if (name == "per-mille" && !value.empty()) format.per_mille = CodePoints(value);
  }
  return format;
}

Result<std::vector<SubPicture>> ReadNumberPicture(std::string_view picture,
                                                  const DecimalFormat& format) {
  const std::u32string whole = CodePoints(picture);
  if (whole.size() > kPictureLengthMax) {
    return ResourceExhausted("the picture is longer than " + std::to_string(kPictureLengthMax) +
                             " characters")
        .WithReason("U1001");
  }
  std::vector<std::u32string_view> texts = {whole};
  while (format.pattern_separator) {
    const std::size_t end = texts.back().find(*format.pattern_separator);
    if (end == std::u32string_view::npos) break;
    const std::u32string_view rest = texts.back().substr(end + 1);
    texts.back() = texts.back().substr(0, end);
    texts.push_back(rest);
  }
  if (texts.size() > 2) {
    return PictureRefused("D3080",
                          "The picture string must only contain a maximum of two sub-pictures");
  }
  std::vector<SubPicture> pictures;
  for (const std::u32string_view text : texts) {
    const Parts parts(text, format);
    RETURN_IF_ERROR(parts.Check());
    pictures.push_back(Analyze(parts, format));
  }
  return pictures;
}

}  // namespace pawl::expression::jsonata
