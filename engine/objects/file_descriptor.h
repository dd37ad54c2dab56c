// FileDescriptor: an open file, closed with its owner.
#pragma once

#include <unistd.h>

#include <utility>

namespace pawl::objects {

class FileDescriptor {
 public:
  FileDescriptor() = default;

  // Takes what open() gave, -1 included.
  explicit FileDescriptor(int number) : number_(number) {}

  ~FileDescriptor() { Close(); }

  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    if (this == &other) return *this;
    Close();
    number_ = std::exchange(other.number_, -1);
    return *this;
  }

  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  bool is_open() const { return number_ >= 0; }

  int number() const { return number_; }

 private:
  void Close() const {
    if (is_open()) close(number_);
  }

  int number_ = -1;
};

}  // namespace pawl::objects
