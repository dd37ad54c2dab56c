// The items of a distributed Map (Step Functions Developer Guide, "ItemReader (Map)", "ItemBatcher
// (Map)"): from the state's input, or read in slices by whoever performs ReadItems.
//
// Two slices are at hand at most, one in use and the one behind it, unless a batch needs more: then
// as many as have kUnselectedBytesMax together. What is stored is where the slice in use begins and
// how many items were given away, so a restart reads that slice again and no other.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "engine/base/hash.h"
#include "engine/interpreter/interpreter.h"
#include "engine/interpreter/state_scope.h"
#include "engine/json/parse.h"
#include "engine/json/write.h"

namespace pawl::interpreter {
namespace {

constexpr std::size_t kSlicesAtHand = 2;
// Items that a selector may make smaller: a batch is closed when as many are at hand, full or not.
constexpr std::uint64_t kUnselectedBytesMax = std::uint64_t{4} * 1024 * 1024;
// What an item takes beside its text; counted with those.
constexpr std::uint64_t kItemOverhead = 64;
// What $$.Map.Item.Source is of the items of an input.
constexpr std::string_view kStateData = "STATE_DATA";

const ItemSlice& SliceOf(const MapRunWait& wait, std::uint32_t index) {
  const auto& slices = wait.memory.slices;
  const auto slice = std::find_if(
      slices.begin(), slices.end(), [index](const auto& one) { return index < one->end(); });
  PAWL_CHECK(slice != slices.end() && index >= (*slice)->first);
  return **slice;
}

const Bytes& ItemIn(const MapRunWait& wait, std::uint32_t index) {
  const ItemSlice& slice = SliceOf(wait, index);
  return slice.items[index - slice.first];
}

// Whether the items at hand have `bytes`, with `overhead` for each.
bool HasBytes(const MapRunWait& wait, std::uint64_t bytes, std::uint64_t overhead) {
  std::uint64_t sum = 0;
  for (std::uint32_t index = wait.next; index < wait.read_end(); ++index) {
    sum += ItemIn(wait, index).size() + overhead;
    if (sum >= bytes) return true;
  }
  return false;
}

}  // namespace

Result<json::Value> Interpreter::EvaluateForMap(Frame& frame,
                                                const MapItems& source,
                                                const asl::ValueTemplate& value,
                                                std::string_view field,
                                                std::optional<std::uint32_t> item_index) {
  if (const auto* query = std::get_if<expression::JsonataTemplate>(&value)) {
    return Query(frame, *query, field, {.item_index = item_index});
  }
  Datum input(source.input);
  const auto& payload = std::get<expression::PayloadTemplate>(value);
  if (item_index) {
    StateScope scope(*this, frame, input, *item_index);
    return payload.Evaluate(scope, arena_);
  }
  StateScope scope(*this, frame, input);
  return payload.Evaluate(scope, arena_);
}

std::optional<std::string> Interpreter::MapTemplate(Frame& frame,
                                                    const MapItems& source,
                                                    const std::optional<asl::ValueTemplate>& value,
                                                    std::string_view field) {
  if (!value) return "{}";
  const auto evaluated = EvaluateForMap(frame, source, *value, field, std::nullopt);
  if (evaluated.ok()) return json::Write(*evaluated);
  StateOf(frame).is_jsonata ? FailQuery(frame, evaluated.status())
                            : FailEvaluation(frame, evaluated.status());
  return std::nullopt;
}

std::optional<MapReader> Interpreter::ReaderOf(Frame& frame,
                                               const MapItems& source,
                                               const asl::ItemReader& reader) {
  const bool is_jsonata = StateOf(frame).is_jsonata;
  auto parameters = MapTemplate(
      frame, source, reader.parameters, is_jsonata ? "ItemReader/Arguments" : "ItemReader");
  if (!parameters) return std::nullopt;
  MapReader result{.parameters = *std::move(parameters)};
  if (reader.max_items) {
    const auto most = MapNumber(frame, *reader.max_items, "MaxItems");
    if (!most) return std::nullopt;
    result.max_items = static_cast<std::uint64_t>(*most);
  }
  if (!reader.items_pointer) return result;
  const auto* query = std::get_if<expression::JsonataTemplate>(&*reader.items_pointer);
  if (query == nullptr) {
    result.items_pointer = std::get<std::string>(*reader.items_pointer);
    return result;
  }
  const auto pointer =
      QueryAs(json::Type::kString, frame, *query, "ItemReader/ReaderConfig/ItemsPointer");
  if (!pointer.ok()) {
    FailQuery(frame, pointer.status());
    return std::nullopt;
  }
  result.items_pointer = std::string(pointer->string());
  return result;
}

std::optional<MapBatcher> Interpreter::BatcherOf(Frame& frame, const asl::ItemBatcher& batcher) {
  MapBatcher result;
  if (batcher.items_max) {
    const auto most = MapNumber(frame, *batcher.items_max, "MaxItemsPerBatch");
    if (!most) return std::nullopt;
    result.items_max = static_cast<std::uint64_t>(*most);
  }
  if (batcher.bytes_max) {
    const auto most = MapNumber(frame, *batcher.bytes_max, "MaxInputBytesPerBatch");
    if (!most) return std::nullopt;
    result.bytes_max = static_cast<std::uint64_t>(*most);
  }
  return result;
}

std::optional<MapWriter> Interpreter::WriterOf(Frame& frame,
                                               const MapItems& source,
                                               const asl::ResultWriter& writer) {
  if (!writer.has_bucket) return MapWriter{};
  const bool is_jsonata = StateOf(frame).is_jsonata;
  auto parameters = MapTemplate(
      frame, source, writer.parameters, is_jsonata ? "ResultWriter/Arguments" : "ResultWriter");
  if (!parameters) return std::nullopt;
  return MapWriter{.parameters = *std::move(parameters)};
}

bool Interpreter::HasItemsForChild(const Frame& frame) const {
  const auto& wait = std::get<MapRunWait>(frame.wait);
  if (!wait.reader) return true;
  const std::uint32_t end = wait.read_end();
  if (end <= wait.next) return false;
  if (!wait.batcher || !wait.has_more_to_read()) return true;
  const MapBatcher& batcher = *wait.batcher;
  if (batcher.items_max > 0 && end - wait.next >= batcher.items_max) return true;
  const bool has_selector =
      std::get<asl::MapState>(StateOf(frame).details).item_selector.has_value();
  if (has_selector) return HasBytes(wait, kUnselectedBytesMax, kItemOverhead);
  const std::uint64_t bytes = batcher.bytes_max == 0 ? kBatchBytesMax : batcher.bytes_max;
  // With a comma for each.
  return HasBytes(wait, std::min<std::uint64_t>(bytes, kBatchBytesMax), 1);
}

void Interpreter::AskForItems(Frame& frame) {
  auto& wait = std::get<MapRunWait>(frame.wait);
  if (!wait.has_more_to_read() || wait.memory.is_reading) return;
  if (wait.memory.slices.size() >= kSlicesAtHand && HasItemsForChild(frame)) return;
  wait.memory.is_reading = true;
  turn_.effects.emplace_back(ReadItems{frame.number, frame.wait_number});
}

bool Interpreter::On(const ItemsRead& read) {
  Frame* frame = Find(message_.frame);
  if (frame == nullptr || frame->wait_number != read.wait_number) return false;
  auto* wait = std::get_if<MapRunWait>(&frame->wait);
  if (wait == nullptr || !wait->has_more_to_read()) return false;
  if (read.first != wait->read_end()) {
    if (wait->memory.is_reading) return false;
    // What was at hand has left memory meanwhile: it is read again first.
    StartMapChildren(*frame);
    return true;
  }
  wait->memory.is_reading = false;
  if (!read.error.empty()) {
    MapRunFailed(*frame, {.error = read.error, .cause = read.cause});
    return true;
  }
  if (!read.items.empty()) {
    wait->memory.slices.push_back(
        std::make_shared<const ItemSlice>(ItemSlice{.first = read.first,
                                                    .next_cursor = read.next_cursor,
                                                    .items = read.items,
                                                    .are_members = read.are_members,
                                                    .origins = read.origins}));
  }
  if (read.is_end) {
    wait->total = std::max(wait->next, wait->read_end());
    wait->is_total_known = true;
  } else {
    wait->total = std::max(wait->total, wait->read_end());
  }
  TakeItems(*wait, 0);
  GoOnWithMapRun(*frame);
  return true;
}

void Interpreter::TakeItems(MapRunWait& wait, std::uint32_t count) {
  wait.next += count;
  auto& slices = wait.memory.slices;
  while (!slices.empty() && slices.front()->end() <= wait.next) {
    wait.cursor = slices.front()->next_cursor;
    wait.cursor_item = slices.front()->end();
    slices.erase(slices.begin());
  }
}

json::Value Interpreter::MapItem(Frame& map, std::uint32_t index) {
  const auto* run = std::get_if<MapRunWait>(&map.wait);
  if (run == nullptr || !run->reader) {
    const MapItems* items = ItemsOf(map);
    return items == nullptr ? json::Value() : items->items[index];
  }
  if (!read_item_ || read_item_->first != index) {
    texts_.push_back(ItemIn(*run, index));
    const auto parsed = json::Parse(texts_.back().view(), arena_);
    PAWL_CHECK_MESSAGE(parsed.ok(), "an item that was read is no JSON");
    read_item_.emplace(index, *parsed);
  }
  return read_item_->second;
}

bool Interpreter::IsMapItemMember(const Frame& map, std::uint32_t index) {
  const auto* run = std::get_if<MapRunWait>(&map.wait);
  if (run == nullptr || !run->reader) return false;
  const ItemSlice& slice = SliceOf(*run, index);
  const std::size_t place = index - slice.first;
  return place < slice.are_members.size() && slice.are_members[place];
}

std::optional<std::string_view> Interpreter::MapItemSource(const Frame& map, std::uint32_t index) {
  const auto* run = std::get_if<MapRunWait>(&map.wait);
  if (run == nullptr) return std::nullopt;
  if (!run->reader) return kStateData;
  const ItemSlice& slice = SliceOf(*run, index);
  std::optional<std::string_view> source;
  for (const ItemOrigin& origin : slice.origins) {
    if (origin.first > index - slice.first) break;
    source = origin.uri;
  }
  return source;
}

Result<std::string> Interpreter::SelectedItem(Frame& frame, std::uint32_t index) {
  const auto& map = std::get<asl::MapState>(StateOf(frame).details);
  const MapItems* source = ItemsOf(frame);
  if (source == nullptr) return std::string("null");
  const auto& wait = std::get<MapRunWait>(frame.wait);
  if (!map.item_selector) {
    return wait.reader ? ItemIn(wait, index).str() : json::Write(source->items[index]);
  }
  ASSIGN_OR_RETURN(const json::Value value,
                   EvaluateForMap(frame, *source, *map.item_selector, "ItemSelector", index));
  return json::Write(value);
}

Result<Batch> Interpreter::NextMapInput(Frame& frame) {
  const auto& wait = std::get<MapRunWait>(frame.wait);
  if (wait.batcher) return NextMapBatch(frame);
  ASSIGN_OR_RETURN(std::string text, SelectedItem(frame, wait.next));
  if (text.size() > environment_.limits.payload_bytes_max) {
    return InvalidArgument("The input of item " + std::to_string(wait.next) + " of the state '" +
                           StateOf(frame).name +
                           "' has a size exceeding the maximum number of bytes service limit.")
        .WithReason(std::string(kDataLimitExceeded));
  }
  return Batch{.text = std::move(text), .item_count = 1};
}

Result<Batch> Interpreter::NextMapBatch(Frame& frame) {
  const asl::DistributedMap& map = *std::get<asl::MapState>(StateOf(frame).details).distributed;
  const MapItems* source = ItemsOf(frame);
  if (source == nullptr) return Batch{};
  auto& wait = std::get<MapRunWait>(frame.wait);
  if (map.batcher->batch_input && wait.memory.batch_input == nullptr) {
    // The same for all batches, also where it draws random numbers.
    const std::uint64_t seed = HashCombine(rows_.header.seed, wait.run);
    auto of_turn = std::exchange(random_, SeededRandom(seed));
    const auto value = EvaluateForMap(
        frame, *source, *map.batcher->batch_input, "ItemBatcher/BatchInput", std::nullopt);
    random_ = std::move(of_turn);
    if (!value.ok()) return value.status();
    wait.memory.batch_input = std::make_shared<const std::string>(json::Write(*value));
  }
  ItemBatcher batcher(
      {.items_max = wait.batcher->items_max,
       .bytes_max = wait.batcher->bytes_max,
       .batch_input = wait.memory.batch_input == nullptr ? "" : *wait.memory.batch_input});
  const std::uint32_t end = wait.reader ? wait.read_end() : wait.total;
  for (std::uint32_t index = wait.next; index < end; ++index) {
    ASSIGN_OR_RETURN(const std::string item, SelectedItem(frame, index));
    if (is_missing_) return Batch{};
    auto full = batcher.Add(item);
    // An item that fits in no batch ends the run when its own turn has come.
    if (!full.ok() && index > wait.next) break;
    if (!full.ok()) return full.status();
    if (full->has_value()) return **std::move(full);
  }
  return *batcher.Finish();
}

}  // namespace pawl::interpreter
