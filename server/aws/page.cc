#include "server/aws/page.h"

#include <utility>

#include "server/aws/api_error.h"

namespace pawl::aws {
namespace {

constexpr std::size_t kDefault = 100;

runtime::TokenScope ScopeOf(const ApiCall& call, std::string_view kind, std::string_view bound_to) {
  return {.namespace_id = call.caller.namespace_id, .kind = kind, .request = bound_to};
}

}  // namespace

Result<Page> Page::Of(const ApiCall& call, std::string bound_to) {
  Page page;
  // Not those of another interface to the same engine.
  page.kind_ = "aws:" + std::string(call.operation);
  page.bound_to_ = std::move(bound_to);
  const auto size = static_cast<std::size_t>(call.input.Integer("maxResults").value_or(0));
  page.size_ = size == 0 ? kDefault : size;
  const auto token = call.input.Text("nextToken");
  if (!token) return page;
  auto after = call.context.tokens.Open(ScopeOf(call, page.kind_, page.bound_to_), *token);
  if (!after.ok()) return Refusal("InvalidToken", "Invalid Token: 'Invalid token'");
  page.after_ = *std::move(after);
  return page;
}

std::string Page::Seal(const ApiCall& call, std::string_view next) const {
  return call.context.tokens.Seal(ScopeOf(call, kind_, bound_to_), next);
}

}  // namespace pawl::aws
