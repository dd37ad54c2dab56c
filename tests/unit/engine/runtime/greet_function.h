// The deployed function "greet".
#pragma once

#include <string>

#include "engine/base/bytes.h"
#include "tests/support/zip_writer.h"

namespace pawl::test {

inline constexpr char kGreetArn[] = "arn:aws:lambda:us-east-1:123456789012:function:greet";

// Code of one file, which holds `text`.
inline Bytes ArchiveOf(const std::string& text) {
  return Bytes(ZipOf({{.name = "app.py", .content = text}}));
}

}  // namespace pawl::test
