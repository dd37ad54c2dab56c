// How many items of a distributed Map are read a second, from a million in an object in memory:
// what the readers cost, without a disk. And how long it takes to go on at the last of them.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/check.h"
#include "engine/objects/item_source.h"
#include "tests/support/memory_object_store.h"

namespace pawl::bench {
namespace {

using objects::InputType;
using objects::ItemReaderOptions;
using objects::ItemSource;

constexpr std::uint64_t kItems = 1'000'000;

std::string CsvText() {
  std::string text = "id,name,city,amount,note\n";
  for (std::uint64_t i = 0; i < kItems; ++i) {
    text += std::to_string(i) + ",a name,\"a city, far away\",12.50,some words of text\n";
  }
  return text;
}

std::string JsonObject(std::uint64_t i) {
  return R"({"id": )" + std::to_string(i) +
         R"(, "name": "a name", "city": "a city, far away", "amount": 12.50, "note": "some words"})";
}

std::string JsonText() {
  std::string text = "[" + JsonObject(0);
  for (std::uint64_t i = 1; i < kItems; ++i) {
    text += ",\n" + JsonObject(i);
  }
  return text + "]";
}

std::string LinesText() {
  std::string text;
  for (std::uint64_t i = 0; i < kItems; ++i) {
    text += JsonObject(i) + "\n";
  }
  return text;
}

struct Subject {
  explicit Subject(InputType type)
      : options{.bucket = "bucket", .key = "items", .input_type = type} {
    store.Put({options.bucket, options.key},
              type == InputType::kCsv    ? CsvText()
              : type == InputType::kJson ? JsonText()
                                         : LinesText());
  }

  test::MemoryObjectStore store;
  ItemReaderOptions options;
};

void ReadAll(benchmark::State& state, InputType type) {
  Subject subject(type);
  std::uint64_t count = 0;
  for (auto _ : state) {
    const std::unique_ptr<ItemSource> source =
        OpenItemSource(subject.store, subject.options, "").value();
    count = 0;
    for (std::size_t read = 1; read > 0; count += read) {
      read = source->Next({}).value().size();
    }
    PAWL_CHECK(count == kItems);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kItems));
  state.SetBytesProcessed(static_cast<std::int64_t>(subject.store.bytes_read()));
}

void GoOnAtTheLast(benchmark::State& state, InputType type) {
  Subject subject(type);
  const std::unique_ptr<ItemSource> source =
      OpenItemSource(subject.store, subject.options, "").value();
  PAWL_CHECK(source->Next({.items = kItems - 1, .bytes = ~std::size_t{0}}).ok());
  const std::string cursor = source->Cursor();
  for (auto _ : state) {
    const std::unique_ptr<ItemSource> last =
        OpenItemSource(subject.store, subject.options, cursor).value();
    PAWL_CHECK(last->Next({}).value().size() == 1);
  }
}

BENCHMARK_CAPTURE(ReadAll, csv, InputType::kCsv)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ReadAll, json, InputType::kJson)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(ReadAll, json_lines, InputType::kJsonLines)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(GoOnAtTheLast, csv, InputType::kCsv)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(GoOnAtTheLast, json, InputType::kJson)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace pawl::bench
