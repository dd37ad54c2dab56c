// SimulatedObjects: an object store that outlives every engine, as S3 does, and that now and then
// does not answer.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "engine/base/random.h"
#include "tests/simulator/coverage.h"
#include "tests/simulator/mutant.h"
#include "tests/support/memory_object_store.h"

namespace pawl::simulator {

inline constexpr std::string_view kResultsBucket = "sim-results";

class SimulatedObjects final : public objects::ObjectStore {
 public:
  enum class Mood : std::uint8_t {
    kHealthy,
    // One call in a few fails, mostly so that the next may succeed.
    kFlaky,
    // No call succeeds.
    kDown,
  };

  // What became of the files of one Map run.
  struct Folder {
    // The last thing that was written is the manifest: all is there.
    bool is_whole = false;
    // Since the last manifest a call has failed.
    bool has_failed = false;
  };

  SimulatedObjects(std::uint64_t seed, Mutant mutant, Coverage& coverage);

  // --- The driver's side ---
  test::MemoryObjectStore& contents() { return contents_; }

  void SetMood(Mood mood) { mood_ = mood; }

  Mood mood() const { return mood_; }

  // After so many more calls the power goes: none succeeds until Mend, and the process that made
  // them is to end.
  void CutAfter(std::uint64_t calls) { calls_left_ = calls; }

  void Mend() { calls_left_.reset(); }

  bool is_cut() const { return calls_left_ == 0; }

  // Whether the power went in the middle of a file or between two of a run.
  bool is_cut_in_writing() const { return is_cut_in_writing_; }

  // A process has ended: what was closed stays.
  void Crash();

  // --- The checkers' side ---
  // "PREFIX/RUN/"; a run that nothing was written of has a folder of defaults.
  Folder FolderOf(const std::string& path) const;
  // nullopt: there is no such object, or it is empty.
  std::optional<std::string> Text(const std::string& bucket, const std::string& key) const;

  // Whether a call failed that reads this object, one beside it in a folder, or lists it.
  bool HasFailedToRead(const std::string& place) const;

  // Whether any call failed that writes.
  bool HasFailedToWrite() const { return has_failed_to_write_; }

  // --- ObjectStore ---
  Result<objects::ObjectStat> Stat(const objects::ObjectName& object) override;
  Result<std::string> Read(const objects::ObjectRange& range) override;
  Result<objects::ObjectPage> List(const objects::ListRequest& request) override;
  Result<std::unique_ptr<objects::ObjectWriter>> Write(const objects::ObjectName& object) override;

 private:
  class Writer;

  // What the present call fails with, if it does.
  Status Fault();
  Status ReadFault(const std::string& key);
  Status WriteFault(const std::string& key);
  void Close(const objects::ObjectName& object, std::string text);

  test::MemoryObjectStore contents_;
  SeededRandom random_;
  const Mutant mutant_;
  Coverage& coverage_;
  Mood mood_ = Mood::kHealthy;
  std::optional<std::uint64_t> calls_left_;
  bool is_cut_in_writing_ = false;
  std::map<std::string, Folder> folders_;
  // Folders and objects in none that a call for failed.
  std::set<std::string> unread_;
  bool has_failed_to_write_ = false;
  bool was_read_fault_ = false;
  bool was_write_fault_ = false;
  // Mutants: what was closed since the last crash.
  std::set<std::string> fresh_;
};

}  // namespace pawl::simulator
