// CheckScope: within it a check that does not hold throws instead of ending the process.
//
// For work that changes nothing before it is done, such as a turn of one execution: what is wrong
// with that execution is no reason to end the others.
#pragma once

#include <stdexcept>

namespace pawl {

// A PAWL_CHECK did not hold; what() says which, and where.
class BrokenInvariant : public std::logic_error {
 public:
  using std::logic_error::logic_error;
};

// Counts for the thread that makes it, until it is gone; scopes may be within each other.
class CheckScope {
 public:
  CheckScope();
  ~CheckScope();

  CheckScope(const CheckScope&) = delete;
  CheckScope& operator=(const CheckScope&) = delete;
};

}  // namespace pawl
