#include "server/listen_address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <charconv>

namespace pawl::server {
namespace {

bool IsIpv4(const std::string& host) {
  in_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1;
}

bool IsBracketedIpv6(const std::string& host) {
  if (host.size() < 2 || host.front() != '[' || host.back() != ']') return false;
  in6_addr address{};
  return inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &address) == 1;
}

}  // namespace

Result<ListenAddress> ParseAnyListenAddress(std::string_view text) {
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
  address.host = host == "localhost" ? "127.0.0.1" : host;
  if (host == "localhost" || IsIpv4(host) || IsBracketedIpv6(host)) return address;
  return InvalidArgument(
      fmt::format("'{}' does not begin with an address; HOST:PORT with an IPv4 address, an IPv6 "
                  "address in brackets, or localhost would be right",
                  text));
}

Result<ListenAddress> ParseListenAddress(std::string_view text) {
  ASSIGN_OR_RETURN(ListenAddress address, ParseAnyListenAddress(text));
  if (IsLoopback(address)) return address;
  return InvalidArgument(
      fmt::format("'{}' is not on the loopback interface; connections are not encrypted yet, so "
                  "only 127.0.0.1, [::1] and localhost are served (use an SSH tunnel to reach the "
                  "server from elsewhere)",
                  text));
}

bool IsLoopback(const ListenAddress& address) {
  if (address.host == "[::1]") return true;
  in_addr parsed{};
  if (inet_pton(AF_INET, address.host.c_str(), &parsed) != 1) return false;
  return ntohl(parsed.s_addr) >> 24U == 127;
}

}  // namespace pawl::server
