#include "server/cli/interrupt.h"

#include <csignal>

namespace pawl::cli {
namespace {

// A signal handler reaches nothing else.
volatile std::sig_atomic_t has_interrupt_come = 0;

extern "C" void NoteInterrupt(int /*signal*/) {
  has_interrupt_come = 1;
}

void Install(void (*handler)(int), int flags) {
  struct sigaction action {};

  action.sa_handler = handler;
  action.sa_flags = flags;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

}  // namespace

Interrupt::Interrupt() {
  has_interrupt_come = 0;
  // SA_RESETHAND: the second signal has its usual effect.
  Install(NoteInterrupt, static_cast<int>(SA_RESETHAND | SA_RESTART));
}

Interrupt::~Interrupt() {
  Install(SIG_DFL, 0);
}

bool Interrupt::has_come() const {
  return has_interrupt_come != 0;
}

}  // namespace pawl::cli
