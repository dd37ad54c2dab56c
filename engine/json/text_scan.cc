#include "engine/json/text_scan.h"

#include <cstdint>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace pawl::json {
namespace {

constexpr unsigned kFirstPrintable = 0x20;
constexpr unsigned kFirstNonAscii = 0x80;

constexpr unsigned ByteAt(const char* text) {
  return static_cast<unsigned char>(*text);
}

template <bool kStopsAtNonAscii>
constexpr bool IsStop(unsigned byte) {
  return byte < kFirstPrintable || byte == '"' || byte == '\\' ||
         (kStopsAtNonAscii && byte >= kFirstNonAscii);
}

template <bool kStopsAtNonAscii>
const char* SkipUntilStop(const char* text, const char* end) {
#if defined(__SSE2__)
  constexpr std::ptrdiff_t kWidth = 16;
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i last_control = _mm_set1_epi8(kFirstPrintable - 1);
  while (end - text >= kWidth) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text));
    // An unsigned byte is a control character exactly if the smaller of it and 0x1F is itself.
    const __m128i control = _mm_cmpeq_epi8(_mm_min_epu8(bytes, last_control), bytes);
    __m128i stops = _mm_or_si128(
        control, _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)));
    // movemask takes the top bit, which is what tells the bytes beyond ASCII.
    if constexpr (kStopsAtNonAscii) stops = _mm_or_si128(stops, bytes);
    const auto mask = static_cast<unsigned>(_mm_movemask_epi8(stops));
    if (mask != 0) return text + __builtin_ctz(mask);
    text += kWidth;
  }
#endif
  while (text != end && !IsStop<kStopsAtNonAscii>(ByteAt(text))) {
    ++text;
  }
  return text;
}

bool IsContinuation(unsigned byte) {
  return (byte & 0xC0U) == 0x80U;
}

}  // namespace

const char* SkipPlainAscii(const char* text, const char* end) {
  return SkipUntilStop<true>(text, end);
}

const char* SkipUnescaped(const char* text, const char* end) {
  return SkipUntilStop<false>(text, end);
}

// Unicode 15, table 3-7, "Well-formed UTF-8 byte sequences".
std::size_t Utf8SequenceLength(const char* text, const char* end) {
  const unsigned first = ByteAt(text);
  if (first < kFirstNonAscii) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  const std::size_t length = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (static_cast<std::size_t>(end - text) < length) return 0;

  const unsigned second = ByteAt(text + 1);
  const unsigned second_min = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
  const unsigned second_max = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
  if (second < second_min || second > second_max) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (!IsContinuation(ByteAt(text + i))) return 0;
  }
  return length;
}

}  // namespace pawl::json
