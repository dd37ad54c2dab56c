#include "tests/simulator/item_library.h"

#include <chrono>
#include <utility>

namespace pawl::simulator {
namespace {

constexpr std::array<std::string_view, 4> kTexts = {"red", "a, b", "say \"no\"", "gamma*"};

std::string LinesOf(const std::vector<PlainJson>& items) {
  std::string text;
  for (const PlainJson& item : items)
    text += item.Write() + "\n";
  return text;
}

// Every field in quotes: as RFC 4180 has it.
std::string CsvField(const std::string& field) {
  std::string text = "\"";
  for (const char c : field) {
    if (c == '"') text += c;
    text += c;
  }
  return text + "\"";
}

std::string CsvRow(const std::vector<std::string>& fields, char delimiter) {
  std::string text;
  for (const std::string& field : fields) {
    if (!text.empty()) text += delimiter;
    text += CsvField(field);
  }
  return text + "\n";
}

}  // namespace

ItemLibrary::ItemLibrary(SeededRandom& random, test::MemoryObjectStore& store) : store_(store) {
  store_.AddBucket(std::string(kItemsBucket));
  AddJson(random);
  AddCsv(random);
  AddListing(random);
  AddManifests(random);
}

LibraryItems ItemLibrary::ItemsOf(const PlainJson& reader, const std::string& place) const {
  const PlainJson* config = reader.Find("ReaderConfig");
  if (config != nullptr && config->Find("Transformation") != nullptr) return loaded_;
  const auto found = items_.find(place);
  return found == items_.end() ? LibraryItems{.is_broken = true} : found->second;
}

std::vector<PlainJson> ItemLibrary::DrawItems(SeededRandom& random) const {
  std::vector<PlainJson> items;
  for (std::uint64_t left = random.Below(6); left > 0; --left) {
    const auto k = static_cast<std::int64_t>(random.Below(6));
    items.push_back(
        PlainJson::Object({{"n", PlainJson::Number(0)},
                           {"k", PlainJson::Number(k)},
                           {"s", Text(kTexts[random.Below(kTexts.size())])},
                           {"b", PlainJson::Boolean(random.Below(2) == 0)},
                           {"t", Text("2026-01-01T00:00:03Z")},
                           {"to", PlainJson::Number(1 + static_cast<std::int64_t>(k) % 3)},
                           {"items", PlainJson::Array({})}}));
  }
  return items;
}

void ItemLibrary::AddJson(SeededRandom& random) {
  std::vector<PlainJson> items = DrawItems(random);
  Put("array.json", PlainJson::Array(items).Write());
  Know("array.json", std::move(items));

  items = DrawItems(random);
  const PlainJson found = PlainJson::Object({{"rows", PlainJson::Array(items)}});
  Put("nested.json",
      PlainJson::Object({{"before", PlainJson::Array({Text("]}")})}, {"found", found}}).Write());
  Know("nested.json", std::move(items));

  PlainJson object = PlainJson::Object();
  LibraryItems& members = items_["members.json"];
  for (const PlainJson& item : DrawItems(random)) {
    const std::string key = "key " + std::to_string(object.members.size());
    object.Set(key, item);
    members.items.push_back(
        {.value = PlainJson::Object({{"Key", Text(key)}, {"Value", item}}), .key = key});
  }
  Put("members.json", object.Write());

  items = DrawItems(random);
  Put("lines.jsonl", LinesOf(items));
  Know("lines.jsonl", std::move(items));

  items = DrawItems(random);
  Put("broken.jsonl", LinesOf(items) + "{\"k\":\n");
  Know("broken.jsonl", std::move(items));
  items_["broken.jsonl"].is_broken = true;
}

void ItemLibrary::AddCsv(SeededRandom& random) {
  std::string with_headers = CsvRow({"name", "note"}, ',');
  std::string bare;
  std::vector<PlainJson> rows;
  for (std::uint64_t left = random.Below(6); left > 0; --left) {
    const std::string name = "row " + std::to_string(rows.size());
    const std::string note(kTexts[random.Below(kTexts.size())]);
    with_headers += CsvRow({name, note}, ',');
    bare += CsvRow({name, note}, ';');
    rows.push_back(PlainJson::Object({{"name", Text(name)}, {"note", Text(note)}}));
  }
  Put("rows.csv", with_headers);
  Put("bare.csv", bare);
  Know("rows.csv", rows);
  Know("bare.csv", std::move(rows));
}

void ItemLibrary::AddListing(SeededRandom& random) {
  const std::uint64_t objects = 1 + random.Below(3);
  for (std::uint64_t i = 0; i < objects; ++i) {
    const std::vector<PlainJson> items = DrawItems(random);
    Put("list/" + std::to_string(i), LinesOf(items));
    for (const PlainJson& item : items)
      loaded_.items.push_back({.value = item});
  }
  // Developer Guide, "ItemReader (Map)": what a listing says of an object.
  std::vector<PlainJson> records;
  const auto page = store_.List({.bucket = std::string(kItemsBucket), .prefix = "list/"});
  for (const objects::ObjectRecord& record : page.value().records) {
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(record.last_modified.time_since_epoch());
    records.push_back(
        PlainJson::Object({{"Etag", Text(record.etag)},
                           {"Key", Text(record.key)},
                           {"LastModified", PlainJson::Number(seconds.count())},
                           {"Size", PlainJson::Number(static_cast<std::int64_t>(record.size))},
                           {"StorageClass", Text("STANDARD")}}));
  }
  Know("list/", std::move(records));
}

// Amazon S3 User Guide, "Inventory manifest"; Amazon Athena User Guide, "UNLOAD".
void ItemLibrary::AddManifests(SeededRandom& random) {
  PlainJson files = PlainJson::Array({});
  std::vector<PlainJson> rows;
  std::string athena;
  std::vector<PlainJson> loaded;
  const std::uint64_t count = 1 + random.Below(2);
  for (std::uint64_t i = 0; i < count; ++i) {
    const std::string key = "inventory/" + std::to_string(i) + ".csv";
    std::string text;
    for (std::uint64_t left = random.Below(3); left > 0; --left) {
      const std::string found = "found " + std::to_string(rows.size());
      text += CsvRow({std::string(kItemsBucket), found}, ',');
      rows.push_back(PlainJson::Object({{"Bucket", Text(kItemsBucket)}, {"Key", Text(found)}}));
    }
    Put(key, text);
    files.items.push_back(PlainJson::Object(
        {{"key", Text(key)}, {"size", PlainJson::Number(static_cast<std::int64_t>(text.size()))}}));

    const std::vector<PlainJson> items = DrawItems(random);
    const std::string part = "athena/" + std::to_string(i) + ".jsonl";
    Put(part, LinesOf(items));
    athena += "s3://" + std::string(kItemsBucket) + "/" + part + "\n";
    loaded.insert(loaded.end(), items.begin(), items.end());
  }
  Put("inventory/manifest.json",
      PlainJson::Object({{"sourceBucket", Text("elsewhere")},
                         {"destinationBucket", Text("arn:aws:s3:::" + std::string(kItemsBucket))},
                         {"version", Text("2016-11-30")},
                         {"fileFormat", Text("CSV")},
                         {"fileSchema", Text("Bucket, Key")},
                         {"files", std::move(files)}})
          .Write());
  Know("inventory/manifest.json", std::move(rows));
  Put("athena/manifest.csv", athena);
  Know("athena/manifest.csv", std::move(loaded));
}

void ItemLibrary::Put(const std::string& key, const std::string& text) {
  store_.Put({.bucket = std::string(kItemsBucket), .key = key}, text);
}

void ItemLibrary::Know(const std::string& place, std::vector<PlainJson> items) {
  LibraryItems& known = items_[place];
  for (PlainJson& item : items)
    known.items.push_back({.value = std::move(item)});
}

}  // namespace pawl::simulator
