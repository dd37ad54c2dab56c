#include "server/aws/page.h"

#include <utility>

#include "server/aws/api_error.h"

namespace pawl::aws {
namespace {

constexpr std::size_t kDefault = 100;

}  // namespace

std::optional<Page> Page::Open(List list,
                               std::size_t size,
                               const std::optional<std::string>& token) {
  Page page(std::move(list), size);
  if (!token) return page;
  auto after = page.list_.tokens.Open(page.Scope(), *token);
  if (!after.ok()) return std::nullopt;
  page.after_ = *std::move(after);
  return page;
}

Result<Page> Page::Of(const ApiCall& call, std::string bound_to) {
  const auto size = static_cast<std::size_t>(call.input.Integer("maxResults").value_or(0));
  auto page = Open({.tokens = call.context.tokens,
                    .namespace_id = call.caller.namespace_id,
                    // Not those of another interface to the same engine.
                    .kind = "aws:" + std::string(call.operation),
                    .bound_to = std::move(bound_to)},
                   size == 0 ? kDefault : size,
                   call.input.Text("nextToken"));
  if (!page) return Refusal("InvalidToken", "Invalid Token: 'Invalid token'");
  return *std::move(page);
}

std::string Page::Seal(std::string_view next) const {
  return list_.tokens.Seal(Scope(), next);
}

runtime::TokenScope Page::Scope() const {
  return {.namespace_id = list_.namespace_id, .kind = list_.kind, .request = list_.bound_to};
}

}  // namespace pawl::aws
