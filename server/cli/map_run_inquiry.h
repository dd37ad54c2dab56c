// MapRunInquiry: asks the server how far Map runs are, which no event says.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "engine/base/time.h"
#include "pawl/v1/map_run.pb.h"
#include "server/cli/client.h"

namespace pawl::cli {

class MapRunInquiry {
 public:
  // `client` outlives it.
  explicit MapRunInquiry(Client& client) : client_(client) {}

  // The runs of these ARNs as they are now; none if it asked less than a second ago. The server is
  // waited for a second at most: what it does not answer, and what follows, is left out.
  std::vector<v1::MapRun> AskIfDue(const std::vector<std::string>& arns);
  std::vector<v1::MapRun> Ask(const std::vector<std::string>& arns);

 private:
  Client& client_;
  Timestamp asked_at_;
};

}  // namespace pawl::cli
