#include "server/cli/code_archive.h"

#include <fmt/format.h>
#include <zip.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>
#include <vector>

#include "engine/runtime/deployed_functions.h"
#include "server/cli/input_file.h"

namespace pawl::cli {
namespace {

namespace fs = std::filesystem;

// As many as a server takes in one archive.
constexpr std::size_t kFilesMax = 100'000;
constexpr std::string_view kZipMagic = "PK";
constexpr zip_uint32_t kFileMode = 0100644;
constexpr zip_uint32_t kExecutableMode = 0100755;
constexpr zip_uint32_t kUnixModeShift = 16;
// DOS's first day, 1980-01-01, at midnight: in no time zone.
constexpr zip_uint16_t kFirstDay = 1U << 5U | 1U;
// Of zlib; fixed, so that an archive does not depend on a default.
constexpr zip_uint32_t kCompressionLevel = 6;

struct CodeFile {
  // Relative to the directory, with '/'.
  std::string name = {};
  std::string content = {};
  bool is_executable = false;
};

Status ArchiveError(const char* what, zip_error_t& error) {
  return Internal(fmt::format("cannot make an archive: {}: {}", what, zip_error_strerror(&error)));
}

// A libzip archive in memory.
class ArchiveWriter {
 public:
  ArchiveWriter() { zip_error_init(&error_); }

  ~ArchiveWriter() {
    if (archive_ != nullptr) zip_discard(archive_);
    if (bytes_ != nullptr) zip_source_free(bytes_);
    zip_error_fini(&error_);
  }

  ArchiveWriter(const ArchiveWriter&) = delete;
  ArchiveWriter& operator=(const ArchiveWriter&) = delete;

  Status Open() {
    bytes_ = zip_source_buffer_create(nullptr, 0, 0, &error_);
    if (bytes_ == nullptr) return ArchiveError("no memory", error_);
    zip_source_keep(bytes_);
    archive_ = zip_open_from_source(bytes_, ZIP_TRUNCATE, &error_);
    if (archive_ != nullptr) return {};
    zip_source_free(bytes_);
    return ArchiveError("it cannot be opened", error_);
  }

  // `file` outlives Finish.
  Status Add(const CodeFile& file) {
    zip_source_t* source = zip_source_buffer(archive_, file.content.data(), file.content.size(), 0);
    if (source == nullptr) return ArchiveError("no memory", *zip_get_error(archive_));
    const zip_int64_t index = zip_file_add(archive_, file.name.c_str(), source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
      zip_source_free(source);
      return ArchiveError(file.name.c_str(), *zip_get_error(archive_));
    }
    const auto entry = static_cast<zip_uint64_t>(index);
    const zip_uint32_t mode = file.is_executable ? kExecutableMode : kFileMode;
    if (zip_file_set_dostime(archive_, entry, 0, kFirstDay, 0) != 0 ||
        zip_set_file_compression(archive_, entry, ZIP_CM_DEFLATE, kCompressionLevel) != 0 ||
        zip_file_set_external_attributes(
            archive_, entry, 0, ZIP_OPSYS_UNIX, mode << kUnixModeShift) != 0) {
      return ArchiveError(file.name.c_str(), *zip_get_error(archive_));
    }
    return {};
  }

  Result<std::string> Finish() {
    if (zip_close(archive_) != 0)
      return ArchiveError("it cannot be closed", *zip_get_error(archive_));
    archive_ = nullptr;
    zip_stat_t status;
    if (zip_source_stat(bytes_, &status) != 0 || zip_source_open(bytes_) != 0) {
      return ArchiveError("it cannot be read", *zip_source_error(bytes_));
    }
    std::string text(status.size, '\0');
    const zip_int64_t count = zip_source_read(bytes_, text.data(), text.size());
    zip_source_close(bytes_);
    if (count < 0 || static_cast<zip_uint64_t>(count) != text.size()) {
      return ArchiveError("it cannot be read", *zip_source_error(bytes_));
    }
    return text;
  }

 private:
  zip_error_t error_{};
  zip_source_t* bytes_ = nullptr;
  zip_t* archive_ = nullptr;
};

Result<std::string> Pack(const std::vector<CodeFile>& files) {
  ArchiveWriter writer;
  RETURN_IF_ERROR(writer.Open());
  for (const CodeFile& file : files)
    RETURN_IF_ERROR(writer.Add(file));
  ASSIGN_OR_RETURN(std::string archive, writer.Finish());
  if (archive.size() > kCodeBytesMax) {
    return InvalidArgument(fmt::format(
        "the archive has {} bytes; a function's has at most {}", archive.size(), kCodeBytesMax));
  }
  return archive;
}

bool IsLeftOut(const fs::path& path) {
  const fs::path name = path.filename();
  return name == ".git" || name == "__pycache__" || path.extension() == ".pyc";
}

Result<CodeFile> ReadCodeFile(const fs::directory_entry& entry, const fs::path& directory) {
  CodeFile file{.name = entry.path().lexically_relative(directory).generic_string()};
  ASSIGN_OR_RETURN(file.content, ReadInputFile(entry.path().string(), kUnpackedCodeBytesMax));
  std::error_code error;
  const fs::perms permissions = entry.status(error).permissions();
  file.is_executable = !error && (permissions & (fs::perms::owner_exec | fs::perms::group_exec |
                                                 fs::perms::others_exec)) != fs::perms::none;
  return file;
}

Result<std::vector<CodeFile>> ReadDirectory(const fs::path& directory) {
  std::vector<CodeFile> files;
  std::size_t bytes = 0;
  std::error_code error;
  fs::recursive_directory_iterator at(directory, error);
  for (const fs::recursive_directory_iterator end; !error && at != end; at.increment(error)) {
    if (IsLeftOut(at->path())) {
      if (at->is_directory(error)) at.disable_recursion_pending();
      continue;
    }
    const bool is_directory = at->is_directory(error);
    if (is_directory && !at->is_symlink(error)) continue;
    if (!at->is_regular_file(error)) {
      return InvalidArgument(
          fmt::format("'{}' is {}; a function's directory has files and directories",
                      at->path().string(),
                      is_directory ? "a link to a directory" : "no file"));
    }
    ASSIGN_OR_RETURN(CodeFile file, ReadCodeFile(*at, directory));
    bytes += file.content.size();
    if (files.size() >= kFilesMax) {
      return InvalidArgument(fmt::format("'{}' has more than {} files; a function's code has fewer",
                                         directory.string(),
                                         kFilesMax));
    }
    if (bytes > kUnpackedCodeBytesMax) {
      return InvalidArgument(fmt::format(
          "'{}' has more than {} bytes of files", directory.string(), kUnpackedCodeBytesMax));
    }
    files.push_back(std::move(file));
  }
  if (error) {
    return NotFound(fmt::format("cannot read '{}': {}", directory.string(), error.message()));
  }
  if (files.empty()) {
    return InvalidArgument(fmt::format("'{}' has no files", directory.string()));
  }
  std::sort(files.begin(), files.end(), [](const CodeFile& a, const CodeFile& b) {
    return a.name < b.name;
  });
  return files;
}

}  // namespace

Result<std::string> ArchiveOf(const std::string& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) {
    ASSIGN_OR_RETURN(const std::vector<CodeFile> files, ReadDirectory(path));
    return Pack(files);
  }
  if (fs::exists(path, error) && !fs::is_regular_file(path, error)) {
    return InvalidArgument(fmt::format("'{}' is neither a directory nor a file", path));
  }
  Result<std::string> archive = ReadInputFile(path, kCodeBytesMax);
  if (!archive.ok() || archive->starts_with(kZipMagic)) return archive;
  return InvalidArgument(fmt::format("'{}' is neither a directory nor a zip archive", path));
}

Result<std::string> ArchiveOfText(const std::string& name, std::string_view text) {
  return Pack({{.name = name, .content = std::string(text)}});
}

}  // namespace pawl::cli
