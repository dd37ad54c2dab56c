// The object store that Map runs read from and write to.
#include "tests/simulator/world.h"

namespace pawl::simulator {

void World::ObjectFault() {
  using Mood = SimulatedObjects::Mood;
  switch (random_.Below(5)) {
    case 0:
    case 1:
      Trace("the object store is healthy");
      return objects_->SetMood(Mood::kHealthy);
    case 2:
      Trace("the object store fails now and then");
      return objects_->SetMood(Mood::kFlaky);
    case 3:
      Trace("the object store is down");
      return objects_->SetMood(Mood::kDown);
    default:
      is_store_slow_ = !is_store_slow_;
      Trace(is_store_slow_ ? "the object store is slow" : "the object store is as fast as it was");
  }
}

bool World::PollWithObjects() {
  if (is_store_slow_ && !OneIn(6)) {
    if (engine_->PollExecutors()) coverage_.Hit(Mark::kStoreSlow);
    return false;
  }
  if (OneIn(12)) objects_->CutAfter(1 + random_.Below(12));
  engine_->Poll();
  if (!objects_->is_cut()) {
    objects_->Mend();
    return false;
  }
  Trace("the power goes while the object store is called");
  const bool is_writing = objects_->is_cut_in_writing();
  coverage_.Hit(is_writing ? Mark::kCrashInWriting : Mark::kCrashInReading);
  return true;
}

}  // namespace pawl::simulator
