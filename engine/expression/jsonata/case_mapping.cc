// The C library maps one character to one. The few letters that become several (Unicode,
// SpecialCasing.txt) and are met in practice are listed here.
#include "engine/expression/jsonata/case_mapping.h"

#include <algorithm>
#include <array>
#include <clocale>
#include <cwctype>

#include "engine/expression/jsonata/text.h"

namespace pawl::expression::jsonata {
namespace {

constexpr std::uint32_t kAsciiEnd = 0x80;
constexpr std::uint32_t kCapitalSigma = 0x3A3;
constexpr std::uint32_t kFinalSigma = 0x3C2;

struct Expansion {
  std::uint32_t letter;
  std::string_view upper;
};

constexpr std::array kExpansions = {
    Expansion{0xDF, "SS"},
    Expansion{0x149, "\u02BCN"},
    Expansion{0x1F0, "J\u030C"},
    Expansion{0x390, "\u0399\u0308\u0301"},
    Expansion{0x3B0, "\u03A5\u0308\u0301"},
    Expansion{0x587, "\u0535\u0552"},
    Expansion{0xFB00, "FF"},
    Expansion{0xFB01, "FI"},
    Expansion{0xFB02, "FL"},
    Expansion{0xFB03, "FFI"},
    Expansion{0xFB04, "FFL"},
    Expansion{0xFB05, "ST"},
    Expansion{0xFB06, "ST"},
};

// nullptr where the system has no such locale; then only ASCII is mapped.
locale_t UnicodeLocale() {
  static const locale_t kLocale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return kLocale;
}

bool IsLetterAt(std::string_view text, std::size_t place) {
  if (place >= text.size() || UnicodeLocale() == nullptr) return false;
  return iswalpha_l(static_cast<wint_t>(CodePointAt(text, place)), UnicodeLocale()) != 0;
}

// Whether the sigma at `place` ends a word.
bool EndsWord(std::string_view text, std::size_t place, std::size_t size) {
  std::size_t before = place;
  while (before > 0 && (static_cast<unsigned char>(text[before - 1]) & 0xC0U) == 0x80U) {
    --before;
  }
  return before > 0 && IsLetterAt(text, before - 1) && !IsLetterAt(text, place + size);
}

char MapAscii(char c, bool is_upper) {
  if (is_upper && c >= 'a' && c <= 'z') return static_cast<char>(c - 'a' + 'A');
  if (!is_upper && c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  return c;
}

void AppendUpper(std::string& out, std::uint32_t letter) {
  const auto* const expansion =
      std::find_if(kExpansions.begin(), kExpansions.end(), [letter](const Expansion& known) {
        return known.letter == letter;
      });
  if (expansion != kExpansions.end()) {
    out += expansion->upper;
    return;
  }
  AppendCodePoint(
      out, static_cast<std::uint32_t>(towupper_l(static_cast<wint_t>(letter), UnicodeLocale())));
}

std::string MapCase(std::string_view text, bool is_upper) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t place = 0; place < text.size();) {
    const std::size_t size = SequenceLength(text, place);
    const std::uint32_t letter = CodePointAt(text, place);
    if (letter < kAsciiEnd) {
      out += MapAscii(text[place], is_upper);
    } else if (UnicodeLocale() == nullptr) {
      out += text.substr(place, size);
    } else if (is_upper) {
      AppendUpper(out, letter);
    } else if (letter == kCapitalSigma && EndsWord(text, place, size)) {
      AppendCodePoint(out, kFinalSigma);
    } else if (letter == 0x130) {
      out += "i\u0307";
    } else {
      AppendCodePoint(
          out,
          static_cast<std::uint32_t>(towlower_l(static_cast<wint_t>(letter), UnicodeLocale())));
    }
    place += size;
  }
  return out;
}

}  // namespace

std::string ToUpperCase(std::string_view text) {
  return MapCase(text, /*is_upper=*/true);
}

std::string ToLowerCase(std::string_view text) {
  return MapCase(text, /*is_upper=*/false);
}

}  // namespace pawl::expression::jsonata
