// JsonLinesReader: the lines of a JSON Lines object.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/objects/byte_reader.h"
#include "engine/objects/record_reader.h"

namespace pawl::objects {

// Each line is one JSON value, whatever its type; lines of spaces alone are passed over. LF and CR
// LF end a line, the last one needs neither. A byte order mark at the start is passed over.
class JsonLinesReader final : public RecordReader {
 public:
  // `reader` stands at `position`.
  JsonLinesReader(std::string name, std::unique_ptr<ByteReader> reader, RecordPosition position);

  Result<std::optional<std::string>> Next() override;

  RecordPosition position() const override { return position_; }

 private:
  Result<std::optional<std::string>> ReadItem();
  // Reads a line into line_text_, without its LF; false at the end of the object.
  Result<bool> ReadLine();

  std::string name_;
  std::unique_ptr<ByteReader> reader_;
  RecordPosition position_;
  std::uint64_t line_;
  std::string line_text_;
  Status failure_;
};

}  // namespace pawl::objects
