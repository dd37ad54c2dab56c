#include "server/utf8_text.h"

#include <cstdint>
#include <string_view>

namespace pawl::server {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// RFC 3629, section 4: by the first byte, how long the sequence is and what the second may be.
struct SequenceRule {
  unsigned char first_min;
  unsigned char first_max;
  std::size_t bytes;
  unsigned char second_min;
  unsigned char second_max;
};

constexpr SequenceRule kRules[] = {{0xC2, 0xDF, 2, 0x80, 0xBF},
                                   {0xE0, 0xE0, 3, 0xA0, 0xBF},
                                   {0xE1, 0xEC, 3, 0x80, 0xBF},
                                   {0xED, 0xED, 3, 0x80, 0x9F},
                                   {0xEE, 0xEF, 3, 0x80, 0xBF},
                                   {0xF0, 0xF0, 4, 0x90, 0xBF},
                                   {0xF1, 0xF3, 4, 0x80, 0xBF},
                                   {0xF4, 0xF4, 4, 0x80, 0x8F}};

unsigned char ByteAt(std::string_view text, std::size_t place) {
  return place < text.size() ? static_cast<unsigned char>(text[place]) : 0;
}

// The length of the sequence at `place`; 0 if there is none.
std::size_t SequenceBytes(std::string_view text, std::size_t place) {
  const unsigned char first = ByteAt(text, place);
  if (first < 0x80) return 1;
  for (const SequenceRule& rule : kRules) {
    if (first < rule.first_min || first > rule.first_max) continue;
    const unsigned char second = ByteAt(text, place + 1);
    if (second < rule.second_min || second > rule.second_max) return 0;
    for (std::size_t i = 2; i < rule.bytes; ++i) {
      if ((ByteAt(text, place + i) & 0xC0U) != 0x80U) return 0;
    }
    return rule.bytes;
  }
  return 0;
}

}  // namespace

std::string ToValidUtf8(std::string text) {
  std::size_t valid = 0;
  while (valid < text.size()) {
    const std::size_t bytes = SequenceBytes(text, valid);
    if (bytes == 0) break;
    valid += bytes;
  }
  if (valid == text.size()) return text;

  std::string repaired = text.substr(0, valid);
  for (std::size_t place = valid; place < text.size();) {
    const std::size_t bytes = SequenceBytes(text, place);
    if (bytes == 0) {
      repaired += kReplacement;
      ++place;
    } else {
      repaired.append(text, place, bytes);
      place += bytes;
    }
  }
  return repaired;
}

}  // namespace pawl::server
