// DirectoryObjectStore: buckets as the subdirectories of one directory, objects as their files.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "engine/objects/object_store.h"

namespace pawl::objects {

// A key is the path of a file below its bucket, with '/' between the parts. A key that starts or
// ends with '/', or has an empty part, "." or "..", is AccessDenied. So is everything behind a
// symbolic link: below `root`, which may itself be one, links are never followed, so no key leads
// out of the directory; to offer files that are elsewhere, mount them there.
//
// An object is written to `BUCKET/.pawl-partial/`, synced and renamed; what a killed process leaves
// there may be deleted while no process writes. Such names are neither listed nor read. Folders
// made for an object stay without it, empty.
//
// An etag is made of a file's number, size and time: a file that something else changes in place,
// twice within one tick of the kernel's clock and to the same size, keeps it.
//
// Where "a" is an object, "a/b" cannot be one: kFailedPrecondition. Buckets are made by people, not
// here. Permissions that the file system refuses are AccessDenied; a full disk is
// kResourceExhausted.
//
// A page of a listing reads every directory it passes through, in memory of `count_max` names a
// level.
class DirectoryObjectStore final : public ObjectStore {
 public:
  // kNotFound if `root` is no directory.
  static Result<std::unique_ptr<DirectoryObjectStore>> Open(const std::filesystem::path& root);

  Result<ObjectStat> Stat(const ObjectName& object) override;
  Result<std::string> Read(const ObjectRange& range) override;
  Result<ObjectPage> List(const ListRequest& request) override;
  Result<std::unique_ptr<ObjectWriter>> Write(const ObjectName& object) override;

 private:
  explicit DirectoryObjectStore(std::filesystem::path root) : root_(std::move(root)) {}

  std::filesystem::path root_;
};

}  // namespace pawl::objects
