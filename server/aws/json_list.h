// The answer of an operation that lists.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "server/aws/api_call.h"
#include "server/aws/json_fields.h"
#include "server/aws/page.h"

namespace pawl::aws {

// {"<name>": [what `write(out, item)` appends for each item], "nextToken": sealed `next`}; without
// nextToken where `next` is empty.
template <typename Items, typename Write>
std::string ListJson(const ApiCall& call,
                     const Page& page,
                     std::string_view name,
                     const Items& items,
                     std::string_view next,
                     Write write) {
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
    if (!next.empty()) fields.Text("nextToken", page.Seal(call, next));
  }
  return out;
}

}  // namespace pawl::aws
