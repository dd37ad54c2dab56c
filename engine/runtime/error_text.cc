#include "engine/runtime/error_text.h"

#include "engine/runtime/text_length.h"

namespace pawl::runtime {

Status CheckErrorText(const std::optional<std::string>& error,
                      const std::optional<std::string>& cause) {
  if (error) RETURN_IF_ERROR(CheckTextLength(*error, "error", kErrorCharactersMax));
  return cause ? CheckTextLength(*cause, "cause", kCauseCharactersMax) : OkStatus();
}

}  // namespace pawl::runtime
