// TestState: the façade over StateTests.
#include <utility>

#include "engine/runtime/engine_impl.h"

namespace pawl::runtime {

void EngineImpl::TestState(TestStateRequest request, Callback<StateTestResult> done) {
  state_tests_->Start(std::move(request), clock_->Now(), std::move(done));
}

}  // namespace pawl::runtime
