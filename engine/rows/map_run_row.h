// Rows of a distributed Map's run: what is known about the run, its executions that are open, and
// those that have ended.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/interpreter/turn.h"

namespace pawl::rows {

struct MapRunRow {
  FrameNumber frame = {};
  StateIndex state = 0;
  // "RUNNING", "SUCCEEDED", "FAILED" or "ABORTED".
  std::string status = {};
  // Of a run that is over.
  std::optional<Timestamp> stopped_at = {};
  // Its counters: while it runs, those of the frame's row are newer.
  interpreter::MapRunWait wait = {};

  bool operator==(const MapRunRow&) const = default;
};

std::string EncodeMapRun(const MapRunRow& row);
// DataLoss for bytes that EncodeMapRun did not write; so for those below.
Result<MapRunRow> DecodeMapRun(std::string_view value);

// An execution that is open, or was when its attempt (MapRunRedrive::count) ended: how many items
// it has, and its input.
struct OpenChildRow {
  std::uint32_t items = 1;
  std::uint32_t attempt = 0;
  Bytes input = {};

  bool operator==(const OpenChildRow&) const = default;
};

std::string EncodeOpenChild(const OpenChildRow& row);
Result<OpenChildRow> DecodeOpenChild(std::string_view value);

// An execution that has ended.
struct EndedChildRow {
  std::uint32_t items = 1;
  std::string status = {};
  std::uint32_t redrive_count = 0;
  std::optional<Bytes> output = {};
  // Of one that did not succeed, and of all where a ResultWriter needs it.
  std::optional<Bytes> input = {};
  std::optional<std::string> error = {};
  std::optional<std::string> cause = {};
  Timestamp started_at = {};
  Timestamp stopped_at = {};

  bool operator==(const EndedChildRow&) const = default;
};

std::string EncodeEndedChild(const EndedChildRow& row);
Result<EndedChildRow> DecodeEndedChild(std::string_view value);

// "machine/label:UUID": what a run goes by, in its ARN and where its executions are listed.
std::string MapRunName(const interpreter::ExecutionHeader& header,
                       std::string_view label,
                       EventId run);

// Where a run is found by its ARN: the execution and the event that began it.
struct MapRunPlace {
  ExecutionId execution = {};
  EventId run = 0;

  bool operator==(const MapRunPlace&) const = default;
};

std::string EncodeMapRunPlace(const MapRunPlace& place);
Result<MapRunPlace> DecodeMapRunPlace(std::string_view value);

}  // namespace pawl::rows
