// The access keys of those who may call the AWS API, as the settings give them.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "server/aws/authenticator.h"

namespace pawl::server {

// "ID:SECRET", several with white space or commas between them; a '#' and what follows on its line
// is a comment. An ID has 3 to 128 letters, digits and '_' (AWS: 16 to 128), a secret 8 or more
// characters. InvalidArgument says which one is wrong, and shows no secret.
Result<aws::AccessKeys> ParseAccessKeys(std::string_view text);

// The keys of both settings, `aws_access_keys` and `aws_access_keys_file`. NotFound for a file that
// cannot be read, InvalidArgument for one without keys or an ID that stands twice.
Result<aws::AccessKeys> LoadAccessKeys(const std::string& text, const std::string& file);

}  // namespace pawl::server
