#include "server/request_fields.h"

#include <fmt/format.h>

#include <algorithm>

namespace pawl::server {

Status Required(const std::string& value, const char* field) {
  if (!value.empty()) return {};
  return InvalidArgument(fmt::format("{}: is required and was empty", field), field);
}

Result<ExecutionName> NameOfExecution(NamespaceId namespace_id,
                                      const std::string& state_machine,
                                      const std::string& execution) {
  RETURN_IF_ERROR(Required(state_machine, "state_machine"));
  RETURN_IF_ERROR(Required(execution, "execution"));
  return ExecutionName{
      .namespace_id = namespace_id, .state_machine = state_machine, .name = execution};
}

Result<std::size_t> PageSize(std::int32_t page_size) {
  if (page_size < 0) {
    return InvalidArgument(
        fmt::format("page_size: {} is negative; 1 to {}, or 0 for {}, would be right",
                    page_size,
                    kPageSizeMax,
                    kPageSizeDefault),
        "page_size");
  }
  if (page_size == 0) return static_cast<std::size_t>(kPageSizeDefault);
  return static_cast<std::size_t>(std::min(page_size, kPageSizeMax));
}

Result<std::string> OpenPageToken(const runtime::TokenSealer& tokens,
                                  const runtime::TokenScope& scope,
                                  const std::string& token) {
  if (token.empty()) return std::string();
  return tokens.Open(scope, token);
}

}  // namespace pawl::server
