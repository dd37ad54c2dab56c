#include "tests/simulator/simulated_objects.h"

#include <utility>

namespace pawl::simulator {
namespace {

constexpr std::string_view kManifest = "manifest.json";

std::string FolderPath(const std::string& key) {
  return key.substr(0, key.rfind('/') + 1);
}

// What is read together: a folder, or an object in none.
std::string PlaceOf(const std::string& key) {
  const std::string folder = FolderPath(key);
  return folder.empty() ? key : folder;
}

}  // namespace

// Its bytes are an object when it is closed, as an upload to S3 is.
class SimulatedObjects::Writer final : public objects::ObjectWriter {
 public:
  Writer(SimulatedObjects& store, objects::ObjectName object)
      : store_(store), object_(std::move(object)) {}

  Status Append(std::string_view bytes) override {
    RETURN_IF_ERROR(store_.WriteFault(object_.key));
    text_ += bytes;
    return OkStatus();
  }

  Status Close() override {
    RETURN_IF_ERROR(store_.WriteFault(object_.key));
    store_.Close(object_, std::move(text_));
    return OkStatus();
  }

 private:
  SimulatedObjects& store_;
  objects::ObjectName object_;
  std::string text_;
};

SimulatedObjects::SimulatedObjects(std::uint64_t seed, Mutant mutant, Coverage& coverage)
    : random_(seed), mutant_(mutant), coverage_(coverage) {
  contents_.AddBucket(std::string(kResultsBucket));
}

void SimulatedObjects::Crash() {
  calls_left_.reset();
  is_cut_in_writing_ = false;
  was_read_fault_ = false;
  was_write_fault_ = false;
  if (mutant_ == Mutant::kForgetObjects) {
    for (const std::string& key : fresh_)
      contents_.Put({.bucket = std::string(kResultsBucket), .key = key}, "");
  }
  fresh_.clear();
}

SimulatedObjects::Folder SimulatedObjects::FolderOf(const std::string& path) const {
  const auto found = folders_.find(path);
  return found == folders_.end() ? Folder{} : found->second;
}

std::optional<std::string> SimulatedObjects::Text(const std::string& bucket,
                                                  const std::string& key) const {
  const objects::ObjectName object{.bucket = bucket, .key = key};
  if (!contents_.Has(object) || contents_.Get(object).empty()) return std::nullopt;
  return contents_.Get(object);
}

bool SimulatedObjects::HasFailedToRead(const std::string& place) const {
  return unread_.contains(PlaceOf(place));
}

Result<objects::ObjectStat> SimulatedObjects::Stat(const objects::ObjectName& object) {
  RETURN_IF_ERROR(ReadFault(object.key));
  return contents_.Stat(object);
}

Result<std::string> SimulatedObjects::Read(const objects::ObjectRange& range) {
  RETURN_IF_ERROR(ReadFault(range.object.key));
  return contents_.Read(range);
}

Result<objects::ObjectPage> SimulatedObjects::List(const objects::ListRequest& request) {
  RETURN_IF_ERROR(ReadFault(request.prefix));
  return contents_.List(request);
}

Result<std::unique_ptr<objects::ObjectWriter>> SimulatedObjects::Write(
    const objects::ObjectName& object) {
  RETURN_IF_ERROR(WriteFault(object.key));
  auto writer = contents_.Write(object);
  if (!writer.ok()) {
    folders_[FolderPath(object.key)].has_failed = true;
    return writer;
  }
  return std::unique_ptr<objects::ObjectWriter>(std::make_unique<Writer>(*this, object));
}

Status SimulatedObjects::Fault() {
  if (is_cut()) return Unavailable("the power is off");
  if (calls_left_) --*calls_left_;
  if (is_cut()) return Unavailable("the power goes");
  const bool fails = mood_ == Mood::kDown || (mood_ == Mood::kFlaky && random_.Below(5) == 0);
  if (!fails) return OkStatus();
  if (mood_ == Mood::kFlaky && random_.Below(4) == 0) {
    return objects::AccessDenied("the bucket", "the store says so today");
  }
  return Unavailable("the store does not answer");
}

Status SimulatedObjects::ReadFault(const std::string& key) {
  Status status = Fault();
  if (!status.ok() && !is_cut()) unread_.insert(PlaceOf(key));
  coverage_.HitIf(status.ok() && was_read_fault_, Mark::kReadAgain);
  was_read_fault_ = !status.ok();
  return status;
}

Status SimulatedObjects::WriteFault(const std::string& key) {
  const bool was_cut = is_cut();
  Status status = Fault();
  coverage_.HitIf(status.ok() && was_write_fault_, Mark::kWrittenAgain);
  was_write_fault_ = !status.ok();
  if (status.ok()) return status;
  if (!is_cut()) {
    has_failed_to_write_ = true;
    folders_[FolderPath(key)].has_failed = true;
  } else if (!was_cut) {
    is_cut_in_writing_ = true;
  }
  return status;
}

void SimulatedObjects::Close(const objects::ObjectName& object, std::string text) {
  if (mutant_ == Mutant::kRepeatParts && !object.key.ends_with(kManifest)) {
    // "NAME_1.json" gets what "NAME_0.json" has.
    const std::size_t number = object.key.rfind('_') + 1;
    const std::size_t end = object.key.find('.', number);
    const std::string first = object.key.substr(0, number) + "0" + object.key.substr(end);
    if (first != object.key && contents_.Has({.bucket = object.bucket, .key = first})) {
      text = contents_.Get({.bucket = object.bucket, .key = first});
    }
  }
  fresh_.insert(object.key);
  // What is written again, since nobody knew that it had been recorded, changes nothing.
  const bool is_same = contents_.Has(object) && contents_.Get(object) == text;
  if (!is_same) folders_[FolderPath(object.key)].is_whole = false;
  contents_.Put(object, std::move(text));
  if (!object.key.ends_with(kManifest)) return;
  folders_[FolderPath(object.key)] = {.is_whole = true};
}

}  // namespace pawl::simulator
