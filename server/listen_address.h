// Where the server listens.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace pawl::server {

struct ListenAddress {
  // "127.0.0.1" or "[::1]": an address, no name.
  std::string host;
  // 0: any free port.
  std::uint16_t port = 0;

  bool operator==(const ListenAddress&) const = default;
};

// Reads HOST:PORT, where HOST is an IPv4 address, an IPv6 address in brackets, or localhost (which
// is 127.0.0.1). InvalidArgument says what is wrong.
Result<ListenAddress> ParseAnyListenAddress(std::string_view text);

// The same on the loopback interface alone, for connections that are neither encrypted nor
// identified: 127.x.y.z, [::1] or localhost.
Result<ListenAddress> ParseListenAddress(std::string_view text);

bool IsLoopback(const ListenAddress& address);

}  // namespace pawl::server
