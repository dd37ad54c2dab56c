// CsvReader: the rows of a CSV object as JSON objects of texts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/objects/byte_reader.h"
#include "engine/objects/csv_parser.h"
#include "engine/objects/record_reader.h"

namespace pawl::objects {

// The names of the columns together. AWS: 10 KiB.
inline constexpr std::size_t kHeaderBytesMax = std::size_t{10} * 1024;

// Column names in the order of their columns, and the order in which an item names them.
class CsvHeaders {
 public:
  // kInvalidArgument for none, for two of one name, for more than kHeaderBytesMax and for names
  // that are no UTF-8. `name` is the object's.
  static Result<CsvHeaders> Make(std::string_view name, std::vector<std::string> columns);

  const std::vector<std::string>& columns() const { return columns_; }

  struct Member {
    std::size_t column = 0;
    // The name as JSON with what stands around it: `{"size":` or `,"size":`.
    std::string lead;
  };

  // In the order of the items' members.
  const std::vector<Member>& members() const { return members_; }

 private:
  CsvHeaders() = default;

  std::vector<std::string> columns_;
  std::vector<Member> members_;
};

struct CsvHeaderRow {
  CsvHeaders headers;
  // The line behind it.
  std::uint64_t next_line = 1;
};

// Reads the first row of an object, from its start on.
Result<CsvHeaderRow> ReadCsvHeaders(std::string_view name, ByteReader& reader, char delimiter);

class CsvReader final : public RecordReader {
 public:
  // `reader` stands at `position`; if that is the start, behind a first row that holds the names,
  // and `position.line` is the line there.
  CsvReader(std::string name,
            std::unique_ptr<ByteReader> reader,
            char delimiter,
            CsvHeaders headers,
            RecordPosition position);

  Result<std::optional<std::string>> Next() override;

  RecordPosition position() const override { return position_; }

 private:
  Result<std::optional<std::string>> WriteItem(std::uint64_t offset);

  std::string name_;
  std::unique_ptr<ByteReader> reader_;
  CsvHeaders headers_;
  CsvParser parser_;
  RecordPosition position_;
  std::uint64_t line_;
  Status failure_;
};

}  // namespace pawl::objects
