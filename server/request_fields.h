// What many requests of pawl.v1 have: fields that must be there, the names of an execution, and
// where a page begins.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "engine/base/status.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/sealed_token.h"

namespace pawl::server {

inline constexpr std::int32_t kPageSizeDefault = 100;
inline constexpr std::int32_t kPageSizeMax = 1000;

// InvalidArgument (naming `field`) where `value` is empty.
Status Required(const std::string& value, const char* field);

// InvalidArgument (field "state_machine" or "execution") where one is empty.
Result<ExecutionName> NameOfExecution(NamespaceId namespace_id,
                                      const std::string& state_machine,
                                      const std::string& execution);

// 1 to kPageSizeMax: 0 is the default, and more is taken as the most. InvalidArgument (field
// "page_size") for a negative one.
Result<std::size_t> PageSize(std::int32_t page_size);

// The content of a page token that may be absent: the first page has none. Errors:
// TokenSealer::Open's.
Result<std::string> OpenPageToken(const runtime::TokenSealer& tokens,
                                  const runtime::TokenScope& scope,
                                  const std::string& token);

}  // namespace pawl::server
