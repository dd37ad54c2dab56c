#include "server/http/http_date.h"

#include <array>
#include <chrono>
#include <ctime>

namespace pawl::http {

std::string HttpDate(Timestamp time) {
  const auto seconds = static_cast<std::time_t>(
      std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  // In the C locale, which the program never leaves, the names are English.
  std::array<char, 40> text{};
  const std::size_t size =
      std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  return {text.data(), size};
}

}  // namespace pawl::http
