// The JSONata that the generator writes, read and evaluated by plain means: integers, texts,
// arrays, objects, variables with paths, + - * & = < >, $count, $sum and $merge. Nothing here comes
// from the engine; everything else ends the program.
#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "tests/simulator/plain_json.h"

namespace pawl::simulator {

// nullptr: there is no such variable. Names come without their "$".
using FindVariable = std::function<const PlainJson*(std::string_view name)>;

// `text`: what stands between "{%" and "%}". nullopt: it has no value (JSONata: undefined).
std::optional<PlainJson> EvaluateExpression(std::string_view text, const FindVariable& find);

}  // namespace pawl::simulator
