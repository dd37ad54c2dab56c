// The answer of an operation that lists.
#pragma once

#include <string>
#include <string_view>

#include "server/aws/json_fields.h"
#include "server/aws/page.h"

namespace pawl::aws {

// {"<name>": [what `write(out, item)` appends for each item], "<token_name>": sealed `next`};
// without the token where `next` is empty.
template <typename Items, typename Write>
std::string ListJson(const Page& page,
                     std::string_view name,
                     const Items& items,
                     std::string_view next,
                     Write write,
                     std::string_view token_name = "nextToken") {
  std::string out;
  {
    JsonFields fields(out);
    fields.Begin(name);
    out += '[';
    for (const auto& item : items) {
      if (&item != &items.front()) out += ',';
      write(out, item);
    }
    out += ']';
    if (!next.empty()) fields.Text(token_name, page.Seal(next));
  }
  return out;
}

}  // namespace pawl::aws
