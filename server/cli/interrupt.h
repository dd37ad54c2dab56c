// Ctrl-C while a command waits.
#pragma once

namespace pawl::cli {

// From its making on, SIGINT and SIGTERM are noted instead of ending the process; a second one ends
// it.
class Interrupt {
 public:
  Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;
  ~Interrupt();

  bool has_come() const;
};

}  // namespace pawl::cli
