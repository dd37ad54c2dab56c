// A marker may match texts of several lengths: the digits of "[Y][M]" could be cut anywhere. The
// longest is tried first and the rest of the picture behind it, as a regular expression would; that
// a part does not match at a place is remembered, so that nothing is tried twice. Compiling a
// regular expression for each picture took ten times as long as the search.
#include "engine/expression/jsonata/date_time_match.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "engine/base/ascii.h"
#include "engine/expression/jsonata/code_points.h"
#include "engine/expression/jsonata/numerals.h"

namespace pawl::expression::jsonata {

namespace {

constexpr std::uint64_t kMatchingStepsMax = 1'000'000;

// Whether `text` has `literal` at `place`.
bool HasAt(std::string_view text, std::size_t place, std::string_view literal) {
  const std::string_view there = text.substr(place, literal.size());
  return std::equal(there.begin(), there.end(), literal.begin(), literal.end(), [](char a, char b) {
    return ToLower(a) == ToLower(b);
  });
}

class DateTimeMatcher {
 public:
  DateTimeMatcher(const std::vector<DateTimePart>& parts, std::string_view text)
      : parts_(parts), text_(text), found_(parts.size() - 1), failed_(parts.size()) {}

  bool Match() { return MatchFrom(0, 0); }

  bool is_too_long() const { return steps_ > kMatchingStepsMax; }

  std::vector<std::string_view> TakeFound() { return std::move(found_); }

 private:
  // One recursion for each part of the picture.
  bool MatchFrom(std::size_t part, std::size_t place) {
    const std::string& literal = parts_[part].literal;
    steps_ += 1 + literal.size();
    if (is_too_long() || !HasAt(text_, place, literal)) return false;
    const std::size_t begin = place + literal.size();
    if (!parts_[part].marker) return begin == text_.size();
    std::vector<bool>& failed = failed_[part];
    if (failed.empty()) {
      constexpr std::size_t kBitsPerStep = 64;
      steps_ += text_.size() / kBitsPerStep;
      failed.resize(text_.size() + 1);
    }
    if (failed[begin]) return false;

    const std::vector<std::size_t> ends = Ends(*parts_[part].marker, begin);
    for (std::size_t i = ends.size(); i > 0; --i) {
      if (!MatchFrom(part + 1, ends[i - 1])) continue;
      found_[part] = text_.substr(begin, ends[i - 1] - begin);
      return true;
    }
    failed[begin] = true;
    return false;
  }

  // Where the marker's text may end if it begins at `begin`, the nearest first.
  std::vector<std::size_t> Ends(const DateTimeMarker& marker, std::size_t begin) {
    if (marker.kind == DateTimeMarker::Kind::kZone) return ZoneEnds(marker, begin);
    const bool is_name = marker.kind == DateTimeMarker::Kind::kName;
    const IntegerFormat::Kind kind = marker.number.kind;
    if (is_name || kind == IntegerFormat::Kind::kLetters) {
      return RunEnds(begin, IsLetter);
    }
    if (kind == IntegerFormat::Kind::kRoman) {
      return RunEnds(begin, [](char c) {
        return std::string_view("mdclxvi").find(ToLower(c)) != std::string_view::npos;
      });
    }
    return kind == IntegerFormat::Kind::kWords ? WordsEnds(begin) : DigitsEnds(marker, begin);
  }

  template <typename Predicate>
  std::vector<std::size_t> RunEnds(std::size_t begin, Predicate is_part) {
    std::vector<std::size_t> ends;
    for (std::size_t i = begin; i < text_.size() && is_part(text_[i]); ++i) {
      ends.push_back(i + 1);
    }
    steps_ += ends.size();
    return ends;
  }

  // Words, and what joins them, in any order.
  std::vector<std::size_t> WordsEnds(std::size_t begin) {
    std::vector<std::size_t> ends = {begin};
    for (std::size_t i = 0; i < ends.size() && !is_too_long(); ++i) {
      const std::size_t end = ends[i];
      for (const std::size_t length : NumberWordLengths(text_.substr(end))) {
        ++steps_;
        const auto at = std::lower_bound(ends.begin(), ends.end(), end + length);
        if (at == ends.end() || *at != end + length) ends.insert(at, end + length);
      }
    }
    ends.erase(ends.begin());
    return ends;
  }

  std::vector<std::size_t> DigitsEnds(const DateTimeMarker& marker, std::size_t begin) {
    const IntegerFormat& number = marker.number;
    const bool is_any = marker.read_digits_max == 0 || !number.separators.empty();
    std::vector<std::size_t> ends;
    std::size_t end = begin;
    for (std::size_t count = 1; is_any || count <= marker.read_digits_max; ++count) {
      const std::size_t length = DigitLength(number, end);
      if (length == 0) break;
      end += length;
      ++steps_;
      if (!is_any && count < marker.read_digits_min) continue;
      if (!number.is_ordinal) {
        ends.push_back(end);
      } else if (const std::size_t ending = OrdinalEndingLength(end); ending > 0) {
        ends.push_back(end + ending);
      }
    }
    return ends;
  }

  // Of the digit or separator at `place`; 0 if there is none.
  std::size_t DigitLength(const IntegerFormat& number, std::size_t place) const {
    if (place >= text_.size()) return 0;
    if (number.zero == '0' && IsDigit(text_[place])) return 1;
    const std::string_view rest = text_.substr(place);
    const auto length_of = [rest](char32_t character) {
      const std::string known = Utf8(std::u32string(1, character));
      return rest.starts_with(known) ? known.size() : 0;
    };
    std::size_t length = 0;
    for (char32_t digit = number.zero; number.zero != '0' && digit < number.zero + 10; ++digit) {
      length = std::max(length, length_of(digit));
    }
    for (const IntegerFormat::Separator& separator : number.separators) {
      length = std::max(length, length_of(separator.character));
    }
    return length;
  }

  std::size_t OrdinalEndingLength(std::size_t place) const {
    for (const std::string_view ending : {"th", "st", "nd", "rd"}) {
      if (HasAt(text_, place, ending)) return ending.size();
    }
    return 0;
  }

  // "+05:30", "GMT+5", "Z".
  std::vector<std::size_t> ZoneEnds(const DateTimeMarker& marker, std::size_t begin) {
    if (marker.is_utc_z && HasAt(text_, begin, "Z")) return {begin + 1};
    constexpr std::string_view kGreenwich = "GMT";
    std::size_t place = begin;
    if (marker.component == 'z') {
      if (!HasAt(text_, begin, kGreenwich)) return {};
      place += kGreenwich.size();
    }
    if (place >= text_.size() || (text_[place] != '+' && text_[place] != '-')) return {};
    std::vector<std::size_t> hours = RunEnds(place + 1, IsDigit);
    if (marker.number.separators.empty() || hours.empty()) return hours;
    const std::string separator =
        Utf8(std::u32string(1, marker.number.separators.front().character));
    if (!HasAt(text_, hours.back(), separator)) return {};
    return RunEnds(hours.back() + separator.size(), IsDigit);
  }

  const std::vector<DateTimePart>& parts_;
  std::string_view text_;
  std::vector<std::string_view> found_;
  // For each part the places where its marker cannot begin.
  std::vector<std::vector<bool>> failed_;
  std::uint64_t steps_ = 0;
};

}  // namespace

Result<std::optional<std::vector<std::string_view>>> MatchDateTime(
    const std::vector<DateTimePart>& parts, std::string_view text) {
  DateTimeMatcher matcher(parts, text);
  std::optional<std::vector<std::string_view>> found;
  if (matcher.Match()) found = matcher.TakeFound();
  if (matcher.is_too_long()) {
    return ResourceExhausted("the text takes too long to read by the date/time picture string")
        .WithReason("U1001");
  }
  return found;
}

}  // namespace pawl::expression::jsonata
