#include "server/listen_address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <charconv>

namespace pawl::server {
namespace {

bool IsIpv4Loopback(const std::string& host) {
  in_addr address{};
  if (inet_pton(AF_INET, host.c_str(), &address) != 1) return false;
  return ntohl(address.s_addr) >> 24U == 127;
}

}  // namespace

Result<ListenAddress> ParseListenAddress(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) {
    return InvalidArgument(
        fmt::format("'{}' has no port; HOST:PORT such as 127.0.0.1:7600 would be right", text));
  }
  ListenAddress address;
  const std::string_view digits = text.substr(colon + 1);
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) {
    return InvalidArgument(
        fmt::format("'{}' has no port between 0 and 65535 behind its last ':'; "
                    "HOST:PORT such as 127.0.0.1:7600 would be right",
                    text));
  }
  const std::string host(text.substr(0, colon));
  if (host == "localhost") {
    address.host = "127.0.0.1";
  } else if (host == "[::1]" || IsIpv4Loopback(host)) {
    address.host = host;
  } else {
    return InvalidArgument(fmt::format(
        "'{}' is not on the loopback interface; connections are not encrypted yet, so "
        "only 127.0.0.1, [::1] and localhost are served (use an SSH tunnel to reach the "
        "server from elsewhere)",
        text));
  }
  return address;
}

}  // namespace pawl::server
