// JsonItemsReader: the elements of an array, or the members of an object, inside a JSON object of
// the store.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/objects/byte_reader.h"
#include "engine/objects/record_reader.h"

namespace pawl::objects {

// The reference tokens of a JSON pointer (RFC 6901): "/data/0/a~1b" gives data, 0, a/b. None for
// "". kInvalidArgument for a text that is no pointer.
Result<std::vector<std::string>> ParseJsonPointer(std::string_view text);

// An array gives its elements, an object {"Key":NAME,"Value":VALUE} for each member, as a Map over
// an object does. What stands before the items is passed over with its quotes and brackets followed
// but not checked otherwise; what stands behind them is checked to be nothing where they are the
// whole text, and not read where a pointer led to them. The first of two members of one name is
// taken on the way; among items a second name is another item.
class JsonItemsReader final : public RecordReader {
 public:
  // `reader` stands at `position`.
  JsonItemsReader(std::string name,
                  std::unique_ptr<ByteReader> reader,
                  std::vector<std::string> pointer,
                  RecordPosition position);

  Result<std::optional<std::string>> Next() override;

  RecordPosition position() const override { return position_; }

 private:
  enum class Place : std::uint8_t { kStart, kFirstItem, kBehindItem, kEnd };

  Result<std::optional<std::string>> ReadItem();
  // Goes to the container of the items and through its bracket.
  Status Enter();
  // With the reader at a container: goes to the value that `token` names.
  Status Descend(const std::string& token);
  Status DescendObject(const std::string& token);
  Status DescendArray(const std::string& token);
  // False where the container ends, which is then taken.
  Result<bool> GoToNext(bool is_first, char closer);
  // Behind the last item of the whole text.
  Status CheckEnd();

  // Passes over spaces and gives the byte behind them; '\0' at the end.
  Result<char> PeekToken();
  // A value's text as written, of at most kRecordBytesMax.
  Result<std::string> ReadValue();
  Status SkipValue();
  // A member's name as its JSON text, and the colon behind it.
  Result<std::string> ReadName();
  Status Unexpected(std::string_view expected, char found) const;

  std::string name_;
  std::unique_ptr<ByteReader> reader_;
  std::vector<std::string> pointer_;
  RecordPosition position_;
  Place place_;
  Status failure_;
};

}  // namespace pawl::objects
