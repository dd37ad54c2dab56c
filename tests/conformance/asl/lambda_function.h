// The Lambda functions of the cases, by their recorded behaviour.
#pragma once

#include "engine/base/status.h"
#include "tests/conformance/asl/tree.h"
#include "tests/support/engine_harness.h"

namespace pawl::test {

// What a worker answers for a function of this behaviour (README of the corpus, "Lambda
// behaviours"). InvalidArgument for a kind that is not known.
Result<ScriptedWorker::Function> MakeFunction(const Tree& behaviour);

}  // namespace pawl::test
