// PresentedSignature: what a request says of its signature, in its Authorization header or in the
// parameters of a presigned URL. Nothing of it is checked against a key yet.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/base/time.h"
#include "server/sigv4/request.h"
#include "server/sigv4/signature.h"

namespace pawl::sigv4 {

inline constexpr std::size_t kAuthorizationBytesMax = std::size_t{16} * 1024;
inline constexpr std::size_t kSignedHeadersMax = 128;
// Of a presigned URL. AWS: 7 days.
inline constexpr std::chrono::seconds kUrlValidityMax = std::chrono::hours(7 * 24);

struct PresentedSignature {
  std::string access_key_id = {};
  Scope scope = {};
  // In lower case, ascending, each once.
  std::vector<std::string> signed_headers = {};
  // 64 hexadecimal digits in lower case.
  std::string signature = {};
  Timestamp signed_at = {};
  // Empty: there is none.
  std::string session_token = {};
  // Of a presigned URL; nullopt in the header form.
  std::optional<std::chrono::seconds> validity = {};

  bool operator==(const PresentedSignature&) const = default;
};

// The parts of an Authorization header's value; the time and the session token stand in other
// headers. Refusal::kIncompleteHeader, with a sentence for each part that is missing.
Result<PresentedSignature> ParseAuthorization(std::string_view value, Dialect dialect);

// The header form, or the query form where the query has X-Amz-Algorithm. Refusal::kMissing without
// either; kIncompleteHeader or kIncompleteQuery for parts that are missing or wrong.
Result<PresentedSignature> ReadSignature(const Request& request, Dialect dialect);

}  // namespace pawl::sigv4
