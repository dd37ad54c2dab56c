#include "server/http/http_message.h"

#include <algorithm>

namespace pawl::http {

std::string_view HttpRequest::Header(std::string_view name) const {
  const auto found = std::find_if(headers.begin(), headers.end(), [&](const HttpHeader& header) {
    return header.name == name;
  });
  return found == headers.end() ? std::string_view() : std::string_view(found->value);
}

}  // namespace pawl::http
