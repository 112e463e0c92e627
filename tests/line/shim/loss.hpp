// tests/line/shim/loss.hpp: what a power cut takes.
//
// Keeps what was done to files and folders since they were synced, and undoes it. Stricter than most file systems: data
// needs a sync of the file, a name one of its folder, and what is not synced may come through in part.
//
// Threads    the caller holds a lock around an act and what it tells here.
#pragma once

#include <sys/types.h>

#include <cstddef>

namespace tributary::shim {

/// The bytes at `offset` of a file are about to be replaced, or its size is about to become `size`.
void before_write(int fd, const void* bytes, std::size_t size, off_t offset);
void before_resize(int fd, off_t size);
/// What is behind `fd`, a file or a folder, is on the disk.
void synced(int fd);
/// Names. `folder`: AT_FDCWD or an open folder.
void before_make(int folder, const char* name);
void before_rename(int from_folder, const char* from, int to_folder, const char* to);
void before_remove(int folder, const char* name, bool is_folder);
/// What was told last did not happen; of a write only `done` bytes did.
void did_not_happen();
void did_in_part(std::size_t done);

/// Takes what is not synced. `grave`: a folder on the same file system for what has no name any more.
void lose(unsigned seed);
void set_grave(const char* folder);

}  // namespace tributary::shim
