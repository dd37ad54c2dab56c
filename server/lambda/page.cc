#include "server/lambda/page.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "server/lambda/lambda_error.h"

namespace pawl::lambda {
namespace {

constexpr std::int64_t kItemsMax = 50;

}  // namespace

Result<aws::Page> PageOf(const LambdaCall& call, std::string bound_to) {
  const auto size = static_cast<std::size_t>(
      std::min(call.input.Integer("MaxItems").value_or(kItemsMax), kItemsMax));
  std::optional<std::string> marker = call.input.Text("Marker");
  // An empty one is none.
  if (marker && marker->empty()) marker.reset();
  auto page = aws::Page::Open({.tokens = call.context.tokens,
                               .namespace_id = call.caller.namespace_id,
                               // Not those of another interface to the same engine.
                               .kind = "lambda:" + std::string(call.operation),
                               .bound_to = std::move(bound_to)},
                              size,
                              marker);
  if (!page) return InvalidValue("Invalid Marker: it is none that was given for this list");
  return *std::move(page);
}

}  // namespace pawl::lambda
