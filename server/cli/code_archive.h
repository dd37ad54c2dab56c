// The code of a function as a zip archive, made of a directory or read from a file.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace pawl::cli {

// `path` is a directory, or a zip archive, which is read as it is.
//
// Of a directory all files are taken but .git, __pycache__ and *.pyc. Equal files make equal
// archives, wherever and whenever: sorted by name, without times, executable or not. Links to files
// are followed.
//
// Errors: NotFound; InvalidArgument: neither a directory nor an archive, no file in it, a link to a
// directory, something that is no file, more than kUnpackedCodeBytesMax or, packed, kCodeBytesMax.
Result<std::string> ArchiveOf(const std::string& path);

// An archive with one file.
Result<std::string> ArchiveOfText(const std::string& name, std::string_view text);

}  // namespace pawl::cli
