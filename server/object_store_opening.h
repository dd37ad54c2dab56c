// The object store that `pawl server` gives its engine.
#pragma once

#include <memory>

#include "engine/base/status.h"
#include "engine/objects/object_store.h"
#include "engine/platform/clock.h"
#include "engine/platform/random.h"
#include "server/settings.h"

namespace pawl::server {

// nullptr where the settings name no S3 store. Nothing is sent yet: a store that is down now is
// told by the Maps that use it. InvalidArgument for settings that are wrong, NotFound for a
// secret's file that is not there. `clock` and `random` outlive the store.
Result<std::shared_ptr<objects::ObjectStore>> OpenObjectStore(const ObjectStoreSettings& settings,
                                                              platform::Clock& clock,
                                                              platform::Random& random);

}  // namespace pawl::server
