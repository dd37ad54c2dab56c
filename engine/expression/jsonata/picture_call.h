// The call of a function that takes a picture.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/expression/jsonata/evaluator.h"

namespace pawl::expression::jsonata {

// Pays for reading all texts that it is called with. False, having failed, where there are no
// steps.
bool ChargePicture(Evaluator& evaluator, const Call& call);

// nullopt where the argument is missing or is no text.
std::optional<std::string_view> TextAt(const Call& call, std::size_t index);

// What the call gives.
Value TextOrFailure(Evaluator& evaluator, const Result<std::string>& text);

}  // namespace pawl::expression::jsonata
