// Pages of lists: how many entries, and the sealed tokens by which the next page is asked for.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "server/aws/api_call.h"

namespace pawl::aws {

// What a call asks of a list.
class Page {
 public:
  // `bound_to` says in any unambiguous form what must be the same when a token comes back. Error:
  // reason InvalidToken, for a token that was not given for this list.
  static Result<Page> Of(const ApiCall& call, std::string bound_to);

  // 1 to 1,000; AWS's default is 100.
  std::size_t size() const { return size_; }

  // Where the page begins, as the engine said it; empty: at the beginning.
  const std::string& after() const { return after_; }

  // The token for the page that begins at `next`.
  std::string Seal(const ApiCall& call, std::string_view next) const;

 private:
  Page() = default;

  std::size_t size_ = 0;
  std::string after_;
  std::string kind_;
  std::string bound_to_;
};

}  // namespace pawl::aws
