// plugins/destinations/folder/posix.hpp: the few file operations of this plugin, relative to open folders.
//
// Failure    Away: no room, no permission, read-only, input or output error, the network file system is away. Broken: a
//            name is taken by something that is no file or folder. Sentences name the operation and the reason.
// Never      follows a symbolic link inside the destination.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "plugins/sdk/http.hpp"
#include "plugins/sdk/sdk.hpp"

namespace tributary::folder {

/// An open file or folder.
class Fd {
 public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  ~Fd();
  Fd(Fd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Fd& operator=(Fd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] bool is_open() const { return fd_ >= 0; }

 private:
  int fd_;
};

/// What a file holds.
struct Content {
  std::uint64_t bytes = 0;
  std::string sha256;
};

/// The folder as a whole can not be used, whatever is to lie in it; Later, or Broken when a person must act.
struct Away : sdk::Outcome {
  using sdk::Outcome::Outcome;
};

/// Throws the outcome that an errno asks for: `act: reason`.
[[noreturn]] void fail(const std::string& act, int error);

/// The destination's own folder; symbolic links on the way to it are the operator's business.
Fd open_root(const std::string& path);
/// A folder inside; not open when there is none.
Fd open_folder(const Fd& parent, const std::string& name);
/// Makes it, durably, unless it is there.
Fd make_folder(const Fd& parent, const std::string& name);
/// Empty when there is no such file.
std::optional<Content> content_of(const Fd& parent, const std::string& name,
                                  const std::function<void()>& while_reading);
/// Bytes read at an offset, fewer only at the end; empty when there is no such file.
std::optional<std::uint64_t> read_at(const Fd& parent, const std::string& name, std::uint64_t offset, void* into,
                                     std::uint64_t bytes);
bool exists(const Fd& parent, const std::string& name);
/// Writes a file anew from `read` until it gives 0, durably. An exception of `read` passes.
void write_file(const Fd& parent, const std::string& name, const sdk::ReadBody& read);
/// Replaces what has the new name.
void rename_file(const Fd& from, const Fd& to, const std::string& name);
/// Durably; done also when there is none.
void remove_file(const Fd& parent, const std::string& name);
/// With all files in it; folders in it are not ours and are an error.
void remove_folder(const Fd& parent, const std::string& name);
void make_durable(const Fd& folder);

}  // namespace tributary::folder
