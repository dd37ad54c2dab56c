// Hashes and Base64 for expressions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pawl::expression {

// Lower-case hexadecimal. `algorithm` is MD5, SHA-1, SHA-256, SHA-384 or SHA-512; nullopt for
// others.
std::optional<std::string> HexDigest(std::string_view algorithm, std::string_view data);

// RFC 4648, section 4, with padding.
std::string EncodeBase64(std::string_view data);

// nullopt for text that EncodeBase64 does not make.
std::optional<std::string> DecodeBase64(std::string_view text);

}  // namespace pawl::expression
