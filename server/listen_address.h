// Where the server listens.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace pawl::server {

struct ListenAddress {
  // "127.0.0.1" or "[::1]".
  std::string host;
  // 0: any free port.
  std::uint16_t port = 0;

  bool operator==(const ListenAddress&) const = default;
};

// Reads HOST:PORT, where HOST is 127.x.y.z, [::1] or localhost (which is 127.0.0.1). Every other
// host is refused: connections are neither encrypted nor identified. InvalidArgument says why.
Result<ListenAddress> ParseListenAddress(std::string_view text);

}  // namespace pawl::server
