// The two inner loops of reading and writing JSON strings, sixteen bytes at a time where the
// processor has SSE2. They stand in the header because most strings are shorter than a call.
#pragma once

#include <cstddef>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace pawl::json {

inline constexpr unsigned kFirstPrintable = 0x20;
inline constexpr unsigned kFirstNonAscii = 0x80;

constexpr unsigned ByteAt(const char* text) {
  return static_cast<unsigned char>(*text);
}

template <bool kStopsAtNonAscii>
constexpr bool IsStop(unsigned byte) {
  return byte < kFirstPrintable || byte == '"' || byte == '\\' ||
         (kStopsAtNonAscii && byte >= kFirstNonAscii);
}

template <bool kStopsAtNonAscii>
inline const char* SkipUntilStop(const char* text, const char* end) {
#if defined(__SSE2__)
  constexpr std::ptrdiff_t kWidth = 16;
  const __m128i quote = _mm_set1_epi8('"');
  const __m128i backslash = _mm_set1_epi8('\\');
  const __m128i first_printable = _mm_set1_epi8(kFirstPrintable);
  const __m128i last_control = _mm_set1_epi8(kFirstPrintable - 1);
  while (end - text >= kWidth) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(text));
    // As signed numbers, the bytes beyond ASCII are below the control characters: one comparison
    // finds both. Control characters alone are those that the smaller of them and 0x1F leaves as
    // they are.
    const __m128i low = kStopsAtNonAscii ? _mm_cmplt_epi8(bytes, first_printable)
                                         : _mm_cmpeq_epi8(_mm_min_epu8(bytes, last_control), bytes);
    const __m128i stops = _mm_or_si128(
        low, _mm_or_si128(_mm_cmpeq_epi8(bytes, quote), _mm_cmpeq_epi8(bytes, backslash)));
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

// The first byte in [text, end) that is no plain ASCII inside a JSON string: a quote, a backslash,
// a control character, or the start of a longer UTF-8 sequence. `end` if there is none.
inline const char* SkipPlainAscii(const char* text, const char* end) {
  return SkipUntilStop<true>(text, end);
}

// The first byte in [text, end) that a JSON string must escape: a quote, a backslash or a control
// character. `end` if there is none.
inline const char* SkipUnescaped(const char* text, const char* end) {
  return SkipUntilStop<false>(text, end);
}

}  // namespace pawl::json
