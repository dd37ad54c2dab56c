// ItemLibrary: the objects that the items of a world's distributed Maps stand in, in every form
// that an ItemReader reads, and what items these are. It writes the objects and reads none: what
// it knows of the items it knows from before they were written.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/random.h"
#include "tests/simulator/plain_json.h"
#include "tests/support/memory_object_store.h"

namespace pawl::simulator {

inline constexpr std::string_view kItemsBucket = "sim-items";
// A bucket that is not there.
inline constexpr std::string_view kNoBucket = "sim-nowhere";

// What the items of a data set are.
enum class ItemShape : std::uint8_t {
  // The payload that every state expects.
  kPayload,
  // Something else: an ItemSelector makes a payload of it.
  kRow,
  // Members of an object: the same, and they have keys.
  kMember,
};

// How a definition asks for a data set.
struct DataSet {
  // Its key; of a listing its prefix.
  std::string_view place;
  ItemShape shape = ItemShape::kPayload;
  bool is_listing = false;
  // A JSON object: ReaderConfig without MaxItems. Empty: none.
  std::string_view config = {};
};

inline constexpr std::array<DataSet, 13> kDataSets = {{
    {.place = "array.json"},
    {.place = "array.json", .config = R"({"InputType":"JSON"})"},
    {.place = "nested.json", .config = R"({"InputType":"JSON","ItemsPointer":"/found/rows"})"},
    {.place = "members.json", .shape = ItemShape::kMember, .config = R"({"InputType":"JSON"})"},
    {.place = "lines.jsonl", .config = R"({"InputType":"JSONL"})"},
    {.place = "rows.csv",
     .shape = ItemShape::kRow,
     .config = R"({"InputType":"CSV","CSVHeaderLocation":"FIRST_ROW"})"},
    {.place = "bare.csv",
     .shape = ItemShape::kRow,
     .config =
         R"({"InputType":"CSV","CSVHeaderLocation":"GIVEN","CSVHeaders":["name","note"],"CSVDelimiter":"SEMICOLON"})"},
    {.place = "list/", .shape = ItemShape::kRow, .is_listing = true},
    {.place = "list/",
     .is_listing = true,
     .config = R"({"InputType":"JSONL","Transformation":"LOAD_AND_FLATTEN"})"},
    {.place = "inventory/manifest.json",
     .shape = ItemShape::kRow,
     .config = R"({"InputType":"MANIFEST"})"},
    {.place = "athena/manifest.csv",
     .config = R"({"InputType":"JSONL","ManifestType":"ATHENA_DATA"})"},
    // Its last line is no JSON.
    {.place = "broken.jsonl", .config = R"({"InputType":"JSONL"})"},
    {.place = "missing.json"},
}};

struct LibraryItem {
  PlainJson value;
  std::optional<std::string> key = {};
};

// What there is to read at a place.
struct LibraryItems {
  std::vector<LibraryItem> items = {};
  // Behind them comes what cannot be read.
  bool is_broken = false;
};

class ItemLibrary {
 public:
  // Draws all items, and puts their objects into `store`.
  ItemLibrary(SeededRandom& random, test::MemoryObjectStore& store);

  // `reader`: the definition's ItemReader; `place`: the key or prefix that it asks for.
  LibraryItems ItemsOf(const PlainJson& reader, const std::string& place) const;

 private:
  std::vector<PlainJson> DrawItems(SeededRandom& random) const;
  void AddJson(SeededRandom& random);
  void AddCsv(SeededRandom& random);
  void AddListing(SeededRandom& random);
  void AddManifests(SeededRandom& random);
  void Put(const std::string& key, const std::string& text);
  void Know(const std::string& place, std::vector<PlainJson> items);

  test::MemoryObjectStore& store_;
  std::map<std::string, LibraryItems> items_;
  // Of "list/", by what its objects hold.
  LibraryItems loaded_;
};

}  // namespace pawl::simulator
