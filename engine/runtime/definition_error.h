// What a definition that does not compile is answered with. Private to the catalog.
#pragma once

#include "engine/asl/compile.h"
#include "engine/base/status.h"

namespace pawl::runtime {

// InvalidArgument (reason InvalidDefinition): each error of the compilation as a line.
Status DefinitionError(const asl::Compilation& compilation);

}  // namespace pawl::runtime
