#include "server/sigv4/presented_signature.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "engine/base/ascii.h"
#include "server/sigv4/amz_date.h"
#include "server/sigv4/refusal.h"
#include "server/sigv4/uri_encoding.h"

namespace pawl::sigv4 {
namespace {

bool IsSignature(std::string_view text) {
  return text.size() == kSignatureDigits && std::all_of(text.begin(), text.end(), [](char c) {
           return IsDigit(c) || (c >= 'a' && c <= 'f');
         });
}

std::string_view Trim(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  text.remove_prefix(begin);
  return text.substr(0, text.find_last_not_of(" \t") + 1);
}

// Takes what stands behind the last '/' off `text`; nullopt where there is none.
std::optional<std::string_view> TakeLastPart(std::string_view& text) {
  const std::size_t slash = text.rfind('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const std::string_view part = text.substr(slash + 1);
  text = text.substr(0, slash);
  return part;
}

// KEY/DATE/REGION/SERVICE/aws4_request. False if it is none.
bool ReadCredential(std::string_view text, PresentedSignature& presented) {
  const auto terminator = TakeLastPart(text);
  const auto service = TakeLastPart(text);
  const auto region = TakeLastPart(text);
  const auto date = TakeLastPart(text);
  if (!date || text.empty() || *terminator != "aws4_request") return false;
  const bool has_date =
      date->size() == kDateDigits && std::all_of(date->begin(), date->end(), IsDigit);
  if (!has_date || region->empty() || service->empty()) return false;
  presented.access_key_id = text;
  presented.scope = {
      .date = std::string(*date), .region = std::string(*region), .service = std::string(*service)};
  return true;
}

// False for no names, names that are not in lower case, and any but the ascending order.
bool ReadSignedHeaders(std::string_view text, PresentedSignature& presented) {
  std::vector<std::string>& names = presented.signed_headers;
  for (;;) {
    const std::size_t end = std::min(text.find(';'), text.size());
    std::string name(text.substr(0, end));
    const bool is_fit = !name.empty() && name == LowerCase(name) &&
                        (names.empty() || names.back() < name) && names.size() < kSignedHeadersMax;
    if (!is_fit) return false;
    names.push_back(std::move(name));
    if (end == text.size()) return true;
    text.remove_prefix(end + 1);
  }
}

struct AuthorizationParts {
  std::optional<std::string_view> credential;
  std::optional<std::string_view> signed_headers;
  std::optional<std::string_view> signature;
};

AuthorizationParts SplitAuthorization(std::string_view text) {
  AuthorizationParts parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(','), text.size());
    const std::string_view part = Trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t equals = std::min(part.find('='), part.size());
    const std::string_view name = part.substr(0, equals);
    const std::string_view value = part.substr(std::min(equals + 1, part.size()));
    if (name == "Credential") parts.credential = value;
    if (name == "SignedHeaders") parts.signed_headers = value;
    if (name == "Signature") parts.signature = value;
  }
  return parts;
}

// The texts are AWS's.
std::string MissingParts(const AuthorizationParts& parts) {
  std::string text;
  const auto require = [&](bool is_there, std::string_view name) {
    if (is_there) return;
    if (!text.empty()) text += ' ';
    text.append("Authorization header requires '").append(name).append("' parameter.");
  };
  require(parts.credential.has_value(), "Credential");
  require(parts.signature.has_value(), "Signature");
  require(parts.signed_headers.has_value(), "SignedHeaders");
  return text;
}

// X-Amz-Date, or Date in either form.
std::optional<Timestamp> TimeOf(const Request& request) {
  if (const std::string* const date = FindHeader(request, "x-amz-date")) {
    return ParseAmzDate(Trim(*date));
  }
  const std::string* const date = FindHeader(request, "date");
  if (date == nullptr) return std::nullopt;
  const std::optional<Timestamp> basic = ParseAmzDate(Trim(*date));
  return basic ? basic : ParseHttpDate(Trim(*date));
}

Result<PresentedSignature> ReadHeaderForm(const Request& request,
                                          std::string_view authorization,
                                          Dialect dialect) {
  ASSIGN_OR_RETURN(PresentedSignature presented, ParseAuthorization(authorization, dialect));
  const std::optional<Timestamp> time = TimeOf(request);
  if (!time) {
    return Refuse(Refusal::kIncompleteHeader,
                  dialect,
                  "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' "
                  "header, as in 20130524T000000Z.");
  }
  presented.signed_at = *time;
  if (const std::string* const token = FindHeader(request, "x-amz-security-token")) {
    presented.session_token = Trim(*token);
  }
  return presented;
}

// Reads one parameter of a presigned URL; false if it is wrong. Others are none of its business.
bool ReadParameter(const QueryParameter& parameter, PresentedSignature& presented) {
  const std::string& value = parameter.value;
  if (parameter.name == "X-Amz-Credential") return ReadCredential(value, presented);
  if (parameter.name == "X-Amz-SignedHeaders") return ReadSignedHeaders(value, presented);
  if (parameter.name == "X-Amz-Algorithm") return value == kAlgorithm;
  if (parameter.name == "X-Amz-Security-Token") presented.session_token = value;
  if (parameter.name == "X-Amz-Signature") {
    presented.signature = value;
    return IsSignature(value);
  }
  if (parameter.name == "X-Amz-Date") {
    const std::optional<Timestamp> time = ParseAmzDate(value);
    presented.signed_at = time.value_or(Timestamp());
    return time.has_value();
  }
  if (parameter.name == "X-Amz-Expires") {
    std::int64_t seconds = 0;
    const char* const end = value.data() + value.size();
    const auto [rest, error] = std::from_chars(value.data(), end, seconds);
    presented.validity = std::chrono::seconds(seconds);
    return error == std::errc() && rest == end && seconds >= 1 &&
           seconds <= kUrlValidityMax.count();
  }
  return true;
}

Result<PresentedSignature> ReadQueryForm(const std::vector<QueryParameter>& query,
                                         Dialect dialect) {
  PresentedSignature presented;
  for (const std::string_view name : {"X-Amz-Algorithm",
                                      "X-Amz-Credential",
                                      "X-Amz-Date",
                                      "X-Amz-Expires",
                                      "X-Amz-SignedHeaders",
                                      "X-Amz-Signature"}) {
    const auto count = std::count_if(query.begin(), query.end(), [&](const QueryParameter& given) {
      return given.name == name;
    });
    if (count != 1) {
      return Refuse(Refusal::kIncompleteQuery,
                    dialect,
                    "a presigned URL has the parameter " + std::string(name) + " once, found it " +
                        std::to_string(count) + " times");
    }
  }
  for (const QueryParameter& parameter : query) {
    if (!ReadParameter(parameter, presented)) {
      return Refuse(Refusal::kIncompleteQuery,
                    dialect,
                    parameter.name +
                        ": expected what Signature Version 4 writes there (an "
                        "expiry of 1 second to 7 days), found something else");
    }
  }
  return presented;
}

}  // namespace

Result<PresentedSignature> ParseAuthorization(std::string_view value, Dialect dialect) {
  const auto refuse = [&](std::string message) {
    return Refuse(Refusal::kIncompleteHeader, dialect, std::move(message));
  };
  if (value.size() > kAuthorizationBytesMax) {
    return refuse("the Authorization header has " + std::to_string(value.size()) +
                  " bytes; expected at most " + std::to_string(kAuthorizationBytesMax));
  }
  value = Trim(value);
  const std::string_view algorithm = value.substr(0, value.find_first_of(" \t"));
  if (algorithm != kAlgorithm) {
    return refuse("the Authorization header does not start with " + std::string(kAlgorithm));
  }
  const AuthorizationParts parts = SplitAuthorization(value.substr(algorithm.size()));
  if (std::string missing = MissingParts(parts); !missing.empty()) {
    return refuse(std::move(missing));
  }
  PresentedSignature presented;
  if (!ReadCredential(*parts.credential, presented)) {
    return refuse(
        "Credential must have 5 slash-delimited elements: the access key's ID, the date as "
        "YYYYMMDD, the region, the service and aws4_request.");
  }
  if (!ReadSignedHeaders(*parts.signed_headers, presented)) {
    return refuse(
        "SignedHeaders: expected names of headers in lower case and ascending order with ';' "
        "between them.");
  }
  if (!IsSignature(*parts.signature)) {
    return refuse("Signature: expected 64 hexadecimal digits in lower case.");
  }
  presented.signature = *parts.signature;
  return presented;
}

Result<PresentedSignature> ReadSignature(const Request& request, Dialect dialect) {
  if (const std::string* const authorization = FindHeader(request, "authorization")) {
    return ReadHeaderForm(request, *authorization, dialect);
  }
  const std::vector<QueryParameter> query = ParseQuery(request.query);
  const bool is_presigned =
      std::any_of(query.begin(), query.end(), [](const QueryParameter& parameter) {
        return parameter.name == "X-Amz-Algorithm";
      });
  if (is_presigned) return ReadQueryForm(query, dialect);
  return Refuse(Refusal::kMissing,
                dialect,
                dialect == Dialect::kS3 ? "Access Denied" : "Missing Authentication Token");
}

}  // namespace pawl::sigv4
