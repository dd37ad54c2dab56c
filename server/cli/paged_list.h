// What the commands that list share: how many entries, and page after page of them.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "engine/platform/clock.h"
#include "server/cli/client.h"
#include "server/cli/client_command.h"

namespace pawl::cli {

struct PagedListOptions : ClientOptions {
  // 0: all.
  std::uint64_t limit = 100;
};

// `options` outlives the command's callback.
inline void AddPagedListOptions(Command& command, PagedListOptions& options) {
  command.AddOption("--limit", options.limit, "At most N entries; 0 is all")
      .NotNegative()
      .TypeName("N")
      .ShowDefault();
  AddClientOptions(command, options);
}

// Prints page after page of `method`, at most options.limit entries in all. `print` prints a
// response and returns how many entries it has. Returns the exit code; tells errors as `command`.
template <typename Method, typename Request, typename Print>
int PrintPages(std::string_view command,
               const PagedListOptions& options,
               Method method,
               Request request,
               const Print& print) {
  constexpr std::uint64_t kPageSize = 1000;
  platform::SystemClock clock;
  Client client(options.address, clock);
  std::uint64_t left = options.limit == 0 ? UINT64_MAX : options.limit;
  std::uint64_t printed = 0;
  do {
    request.set_page_size(static_cast<int>(std::min(left, kPageSize)));
    const auto page = client.Call(method, request);
    if (!page.ok()) return ReportError(command, options, page.status());
    const auto entries = static_cast<std::uint64_t>(print(*page));
    printed += entries;
    left -= std::min(left, entries);
    request.set_page_token(page->next_page_token());
  } while (left > 0 && !request.page_token().empty());
  if (printed == 0 && !options.is_json()) PrintNote("none");
  if (!request.page_token().empty()) {
    PrintNote(fmt::format("there are more than {}; --limit 0 lists all", printed));
  }
  return FlushOutput(kDone);
}

}  // namespace pawl::cli
