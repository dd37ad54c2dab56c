// ItemReader, ItemBatcher and ResultWriter of a distributed Map.
#pragma once

#include <optional>

#include "engine/asl/fields.h"
#include "engine/asl/problems.h"
#include "engine/asl/state_machine.h"

namespace pawl::asl {

// Each takes the field's place, nullptr if it is not there, checks what is in it and compiles it.
std::optional<ItemReader> CompileItemReader(const Place* place,
                                            Language language,
                                            Problems& problems);
std::optional<ItemBatcher> CompileItemBatcher(const Place* place,
                                              Language language,
                                              Problems& problems);
std::optional<ResultWriter> CompileResultWriter(const Place* place,
                                                Language language,
                                                Problems& problems);

// Reports those of the three that stand on a Map which is not distributed.
void RefuseOnInlineMap(const Fields& map, Problems& problems);

}  // namespace pawl::asl
