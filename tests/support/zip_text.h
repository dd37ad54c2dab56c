// ZipOf: the smallest archive of code there is, for tests that do not run it.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "engine/base/bytes.h"

namespace pawl::test {

// CRC-32 as zip archives have it (ISO 3309).
inline std::uint32_t ZipChecksum(const std::string& text) {
  std::uint32_t checksum = 0xFFFFFFFFU;
  for (const char c : text) {
    checksum ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit)
      checksum = (checksum >> 1U) ^ ((checksum & 1U) != 0 ? 0xEDB88320U : 0U);
  }
  return ~checksum;
}

// A zip archive with one file, "app.py", that holds `text` as it is (APPNOTE.TXT 6.3.10, 4.3).
inline Bytes ZipOf(const std::string& text) {
  const std::string name = "app.py";
  std::string archive;
  const auto number = [&archive](std::size_t value, int bytes) {
    for (int i = 0; i < bytes; ++i)
      archive.push_back(static_cast<char>((value >> (8U * static_cast<unsigned>(i))) & 255U));
  };
  // What the header before the file and the one in the directory have in common.
  const auto describe = [&] {
    number(20, 2);
    number(0, 2);
    number(0, 2);
    number(0, 2);
    number(0x21, 2);  // 1980-01-01
    number(ZipChecksum(text), 4);
    number(text.size(), 4);
    number(text.size(), 4);
    number(name.size(), 2);
    number(0, 2);
  };
  archive += "PK\x03\x04";
  describe();
  archive += name + text;
  const std::size_t directory = archive.size();
  archive += "PK\x01\x02";
  number(20, 2);
  describe();
  number(0, 2);
  number(0, 2);
  number(0, 2);
  number(0, 4);
  number(0, 4);
  archive += name;
  const std::size_t end = archive.size();
  archive += "PK\x05\x06";
  number(0, 2);
  number(0, 2);
  number(1, 2);
  number(1, 2);
  number(end - directory, 4);
  number(directory, 4);
  number(0, 2);
  return Bytes(archive);
}

}  // namespace pawl::test
