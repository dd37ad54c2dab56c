// How long the error name and the cause may be that a caller or a worker gives (API reference,
// StopExecution and SendTaskFailure: SensitiveError, SensitiveCause).
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "engine/base/status.h"

namespace pawl::runtime {

inline constexpr std::size_t kErrorCharactersMax = 256;
inline constexpr std::size_t kCauseCharactersMax = 32'768;

// InvalidArgument (field "error" or "cause") for what is longer. Each code point is a character.
Status CheckErrorText(const std::optional<std::string>& error,
                      const std::optional<std::string>& cause);

}  // namespace pawl::runtime
