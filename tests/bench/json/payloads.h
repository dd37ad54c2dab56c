// The texts every parser is measured with.
#pragma once

#include <string>

namespace pawl::bench {

// An order as workflows pass it on: an object of about 100 bytes.
std::string SmallPayload();

// About 1 KiB: an object with a list of records, some text beyond ASCII.
std::string MediumPayload();

// About 64 KiB: an object of 200 fields, as in the benchmark of chains with large payloads.
std::string LargePayload();

// About 64 KiB of numbers and short strings, where nothing can be skipped in blocks.
std::string DensePayload();

}  // namespace pawl::bench
