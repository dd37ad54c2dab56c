// Turns values that CheckFields found good into their compiled form. Nothing here reports: a value
// that does not compile after all (it needs what the engine does not support yet, which is reported
// already) gives its type's default.
#pragma once

#include <optional>
#include <string_view>

#include "engine/asl/fields.h"
#include "engine/asl/source.h"
#include "engine/asl/state_machine.h"

namespace pawl::asl {

expression::Path CompilePath(const Place* place);
PathOrCall CompilePathOrCall(const Place& place);
PathOrNull CompilePathOrNull(const Place* place);
ResultPath CompileResultPath(const Place* place);
std::optional<expression::PayloadTemplate> CompileTemplate(const Place* place);
std::optional<expression::JsonataTemplate> CompileJsonata(const Place* place);
std::optional<ValueTemplate> CompileValue(const Place* place, Language language);
std::optional<std::string> CompileText(const Place* place);
std::optional<std::int64_t> CompileInteger(const Place* place);
std::optional<Duration> CompileSeconds(const Place* place);
// Of a field and its …Path twin, whichever is there.
std::optional<ComputedNumber> CompileNumber(const Fields& fields,
                                            std::string_view number,
                                            std::string_view path);

std::optional<ComputedFraction> CompileFraction(const Fields& fields,
                                                std::string_view number,
                                                std::string_view path);

}  // namespace pawl::asl
