// agent/port/files/posix/fd.hpp: errno as an Error, for the sources of this folder.
#pragma once

#include <cerrno>
#include <cstring>
#include <string>

#include "agent/base/result.hpp"

namespace tributary::files {

/// `what: <text of errno>`, with the remedy that fits the number.
inline Error errno_error(const std::string& what, int number = errno) {
  const std::string said = what + ": " + std::strerror(number);
  switch (number) {
    case ENOSPC:
    case EDQUOT:
      return wait_error(said, "make room on the file system; work goes on by itself");
    case EIO:
    case ESTALE:
    case ENOTCONN:
    case EHOSTDOWN:
    case ETIMEDOUT:
    case EAGAIN:
    case EINTR:
    case EMFILE:
    case ENFILE:
    case ENOMEM:
      return wait_error(said, "look at the disk or the mount; this is tried again");
    case ENOENT:
    case ENOTDIR:
      return operator_error(said, "check the path and that its file system is mounted");
    case EACCES:
    case EPERM:
      return operator_error(said, "give the user of the daemon the right to it");
    case EROFS:
      return operator_error(said, "find out why its file system is mounted read-only: a disk may be failing");
    case ENOLCK:
      return operator_error(said, "its file server gives no locks: use a disk of this machine");
    case EXDEV:
    case ELOOP:
      return refusal(said, "it leads out of its folder through a link or '..'");
    default:
      return operator_error(said);
  }
}

}  // namespace tributary::files
