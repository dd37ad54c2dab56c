#include "server/sigv4/amz_date.h"

#include <algorithm>
#include <array>

namespace pawl::sigv4 {
namespace {

constexpr std::array<std::string_view, 12> kMonths = {
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Reads the texts of both forms by way of RFC 3339, which the engine's parser checks.
std::optional<Timestamp> ParseParts(std::string_view year,
                                    std::string_view month,
                                    std::string_view day,
                                    std::string_view time) {
  std::string text(year);
  text.append("-").append(month).append("-").append(day).append("T").append(time).append("Z");
  return ParseTimestamp(text);
}

}  // namespace

std::string FormatAmzDate(Timestamp time) {
  // "2013-05-24T00:00:00.000Z"
  const std::string text = FormatTimestamp(time);
  std::string date;
  for (const char c : std::string_view(text).substr(0, text.find('.')))
    if (c != '-' && c != ':') date += c;
  return date + "Z";
}

std::optional<Timestamp> ParseAmzDate(std::string_view text) {
  constexpr std::size_t kSize = 16;
  if (text.size() != kSize || text[8] != 'T' || text.back() != 'Z') return std::nullopt;
  std::string time(text.substr(9, 2));
  time.append(":").append(text.substr(11, 2)).append(":").append(text.substr(13, 2));
  return ParseParts(text.substr(0, 4), text.substr(4, 2), text.substr(6, 2), time);
}

std::optional<Timestamp> ParseHttpDate(std::string_view text) {
  // "Fri, 24 May 2013 00:00:00 GMT"
  constexpr std::size_t kSize = 29;
  const bool has_form = text.size() == kSize && text.substr(3, 2) == ", " && text[7] == ' ' &&
                        text[11] == ' ' && text[16] == ' ' && text.substr(25) == " GMT";
  if (!has_form) return std::nullopt;
  const auto* const month = std::find(kMonths.begin(), kMonths.end(), text.substr(8, 3));
  if (month == kMonths.end()) return std::nullopt;
  std::string number = std::to_string(month - kMonths.begin() + 1);
  if (number.size() == 1) number = '0' + number;
  return ParseParts(text.substr(12, 4), number, text.substr(5, 2), text.substr(17, 8));
}

}  // namespace pawl::sigv4
