// The sealer of page tokens: one for all APIs of a server.
#pragma once

#include "engine/base/status.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/sealed_token.h"

namespace pawl::server {

// With the store's own secret: page tokens outlive the server. Errors: those of
// Engine::StoreSecret.
Result<runtime::TokenSealer> MakePageTokenSealer(Engine& engine);

}  // namespace pawl::server
