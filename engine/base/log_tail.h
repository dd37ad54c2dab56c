// The end of what one invocation of a function wrote, as far as it is told to who asked for it.
#pragma once

#include <cstddef>
#include <string>

namespace pawl {

// In bytes. AWS Lambda, LogResult: the last 4 KB.
inline constexpr std::size_t kLogTailBytesMax = 4096;

// Leaves the last kLogTailBytesMax bytes of `log`. They may begin within a character.
inline void KeepLogTail(std::string& log) {
  if (log.size() > kLogTailBytesMax) log.erase(0, log.size() - kLogTailBytesMax);
}

}  // namespace pawl
