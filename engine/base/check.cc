#include "engine/base/check.h"

#include <cstdio>
#include <cstdlib>
#include <string>

#include "engine/base/check_scope.h"

namespace pawl {

namespace {

thread_local int open_scopes = 0;

}  // namespace

CheckScope::CheckScope() {
  ++open_scopes;
}

CheckScope::~CheckScope() {
  --open_scopes;
}

void CheckFailed(const char* condition, const char* file, int line, const char* message) {
  const std::string text = "internal error at " + std::string(file) + ":" + std::to_string(line) +
                           ": " + condition + " does not hold. " + message;
  std::fprintf(stderr, "pawl: %s\n", text.c_str());
  if (open_scopes > 0) throw BrokenInvariant(text);
  std::abort();
}

}  // namespace pawl
