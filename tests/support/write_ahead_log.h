// Write-ahead logs as RocksDB writes them, for tests of what is read from a damaged one.
#pragma once

#include <string>
#include <string_view>

namespace pawl::test {

// Appends a record to a log that begins at the beginning of `log`, in as many fragments as its
// blocks ask for.
void AppendLogRecord(std::string& log, std::string_view record);

}  // namespace pawl::test
