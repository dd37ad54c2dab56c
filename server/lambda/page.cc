#include "server/lambda/page.h"

#include <algorithm>
#include <utility>

#include "server/lambda/lambda_error.h"

namespace pawl::lambda {
namespace {

constexpr std::int64_t kItemsMax = 50;

runtime::TokenScope ScopeOf(const LambdaCall& call,
                            std::string_view kind,
                            std::string_view bound_to) {
  return {.namespace_id = call.caller.namespace_id, .kind = kind, .request = bound_to};
}

}  // namespace

Result<Page> Page::Of(const LambdaCall& call, std::string bound_to) {
  Page page;
  // Not those of another interface to the same engine.
  page.kind_ = "lambda:" + std::string(call.operation);
  page.bound_to_ = std::move(bound_to);
  page.size_ = static_cast<std::size_t>(
      std::min(call.input.Integer("MaxItems").value_or(kItemsMax), kItemsMax));
  const auto marker = call.input.Text("Marker");
  if (!marker || marker->empty()) return page;
  auto after = call.context.tokens.Open(ScopeOf(call, page.kind_, page.bound_to_), *marker);
  if (!after.ok()) {
    return InvalidValue("Invalid Marker: it is none that was given for this list");
  }
  page.after_ = *std::move(after);
  return page;
}

std::string Page::Seal(const LambdaCall& call, std::string_view next) const {
  return call.context.tokens.Seal(ScopeOf(call, kind_, bound_to_), next);
}

}  // namespace pawl::lambda
