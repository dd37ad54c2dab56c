// Pages of lists: how many entries, and the sealed tokens by which the next page is asked for.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/ids.h"
#include "engine/base/status.h"
#include "engine/runtime/sealed_token.h"
#include "server/aws/api_call.h"

namespace pawl::aws {

// What a call asks of a list.
class Page {
 public:
  // What a token counts for: it opens for the same list alone.
  struct List {
    const runtime::TokenSealer& tokens;
    NamespaceId namespace_id = {};
    // The interface and its operation: "aws:ListExecutions".
    std::string kind = {};
    // Says in any unambiguous form what must be the same when a token comes back.
    std::string bound_to = {};
  };

  // Of `size` entries, from where `token` says. nullopt: a token that was not given for this list.
  static std::optional<Page> Open(List list,
                                  std::size_t size,
                                  const std::optional<std::string>& token);
  // Reads maxResults (1 to 1,000; AWS's default is 100) and nextToken. Error: reason InvalidToken.
  static Result<Page> Of(const ApiCall& call, std::string bound_to);

  std::size_t size() const { return size_; }

  // Where the page begins, as the engine said it; empty: at the beginning.
  const std::string& after() const { return after_; }

  // The token for the page that begins at `next`.
  std::string Seal(std::string_view next) const;

 private:
  Page(List list, std::size_t size) : list_(std::move(list)), size_(size) {}

  runtime::TokenScope Scope() const;

  List list_;
  std::size_t size_ = 0;
  std::string after_;
};

}  // namespace pawl::aws
