// CRC32C of RocksDB's logs and blobs, with the processor's instructions.
//
// RocksDB checks all that it writes with rocksdb::crc32c::Extend. Debian builds it for processors
// without SSE 4.2, so its own is a table: a quarter of the server's CPU under payloads of 64 KiB. A
// program that defines a function of a shared library has the library call its own (ELF's
// interposition), and the sums are the same, so this one takes its place, computed by ISA-L.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rocksdb::crc32c {

// The sum of what `crc` is the sum of with `size` bytes behind it; `crc` of nothing is 0. Declared
// as in RocksDB's util/crc32c.h, which is no public header: where a version of it differs, it goes
// on calling its own. Threads: any.
std::uint32_t Extend(std::uint32_t crc, const char* data, std::size_t size);

}  // namespace rocksdb::crc32c
