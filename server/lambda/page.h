// The page of a list that a request asks for, and the marker of the page behind it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "server/aws/json_fields.h"
#include "server/lambda/lambda_call.h"

namespace pawl::lambda {

class Page {
 public:
  // Reads MaxItems and Marker. A marker counts only for the same operation and `bound_to`, which
  // says what was asked. Errors: reason InvalidParameterValue.
  static Result<Page> Of(const LambdaCall& call, std::string bound_to);

  // 1 to 50: AWS gives no more, whatever is asked for.
  std::size_t size() const { return size_; }

  // Where the page begins, as the engine said it; empty: at the beginning.
  const std::string& after() const { return after_; }

  // The marker of the page that begins at `next`.
  std::string Seal(const LambdaCall& call, std::string_view next) const;

 private:
  Page() = default;

  std::size_t size_ = 0;
  std::string after_;
  std::string kind_;
  std::string bound_to_;
};

// {"<name>": [what `write(out, item)` appends for each item], "NextMarker": sealed `next`}; without
// NextMarker where `next` is empty.
template <typename Items, typename Write>
std::string ListJson(const LambdaCall& call,
                     const Page& page,
                     std::string_view name,
                     const Items& items,
                     std::string_view next,
                     Write write) {
  std::string out;
  {
    aws::JsonFields fields(out);
    fields.Begin(name);
    out += '[';
    for (const auto& item : items) {
      if (&item != &items.front()) out += ',';
      write(out, item);
    }
    out += ']';
    if (!next.empty()) fields.Text("NextMarker", page.Seal(call, next));
  }
  return out;
}

}  // namespace pawl::lambda
