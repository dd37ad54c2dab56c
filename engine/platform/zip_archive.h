// Zip archives from outside (PKWARE APPNOTE 6.3): what is safe to unpack, and unpacking it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace pawl::platform {

// Bounds of what an archive may hold.
struct ZipLimits {
  // Of all files together, counted while they inflate: what an archive declares is not believed.
  // The default is AWS Lambda's.
  std::uint64_t unpacked_bytes_max = std::uint64_t{250} * 1024 * 1024;
  // Files and directories, those too that only a file's name implies.
  std::size_t entries_max = 100'000;
};

// A name as Linux takes one: a path, and each of its parts.
inline constexpr std::size_t kZipNameBytesMax = 4095;
inline constexpr std::size_t kZipNamePartBytesMax = 255;

// Whether Unpack would take the archive. Reads and inflates all of it, and writes nothing: some 250
// MB a second. Safe for any bytes.
//
// Errors: InvalidArgument, with the entry and the reason. Refused are: what is no zip archive or
// has no file; entries that are neither stored nor deflated, encrypted, damaged (their CRC is
// checked) or overlapping; names that are absolute, have "..", backslashes, a drive letter, NUL or
// other control characters, or are too long; names that come twice, or as a file and as a
// directory; symbolic links and other special files; and more than `limits`.
//
// Threads: any.
Status CheckZip(std::string_view archive, const ZipLimits& limits);

// Checks the archive as CheckZip does and writes its files to `directory` (no '/' at its end),
// which appears whole or not at all, after a power cut too: they are written to a directory beside
// it (its name, a dot and six characters more), and renamed. A crash can leave that one behind.
// Directories get mode 0755, files 0755 where the archive has them executable by anyone, else 0644.
// Names that are no UTF-8 are read as code page 437. "./" in names goes.
//
// Errors: as CheckZip; AlreadyExists: `directory` is there already and has files, which stay;
// ResourceExhausted: the disk is full; Unavailable: the disk refuses for another reason, say
// because the parent of `directory` is not there.
//
// Threads: any; of several that unpack to one directory one succeeds.
Status Unpack(std::string_view archive, const std::string& directory, const ZipLimits& limits);

}  // namespace pawl::platform
