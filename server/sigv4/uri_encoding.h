// Percent-encoding as Signature Version 4 has it (IAM User Guide, "Create a signed AWS API
// request": UriEncode).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace pawl::sigv4 {

enum class Slash : std::uint8_t { kIsEncoded, kStays };

// Every byte but A-Z, a-z, 0-9, '-', '.', '_' and '~' becomes %XX with upper-case digits.
std::string UriEncode(std::string_view text, Slash slash);

// %XX becomes its byte; a '%' without two hexadecimal digits behind it is itself.
std::string UriDecode(std::string_view text);

// As UriDecode, and a '+' is a space: a value of a form, or a key in a listing of S3.
std::string FormDecode(std::string_view text);

struct QueryParameter {
  std::string name = {};
  std::string value = {};

  auto operator<=>(const QueryParameter&) const = default;
};

// The parameters of a query without its '?', form-decoded, in their order. A
// parameter without '=' has an empty value; between two '&' there is none.
std::vector<QueryParameter> ParseQuery(std::string_view query);

}  // namespace pawl::sigv4
