#include "server/sigv4/request.h"

#include <algorithm>

namespace pawl::sigv4 {

std::string LowerCase(std::string_view name) {
  std::string lower(name);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return lower;
}

const std::string* FindHeader(const Request& request, std::string_view name) {
  const auto found =
      std::find_if(request.headers.begin(), request.headers.end(), [&](const Header& header) {
        return LowerCase(header.name) == name;
      });
  return found == request.headers.end() ? nullptr : &found->value;
}

}  // namespace pawl::sigv4
