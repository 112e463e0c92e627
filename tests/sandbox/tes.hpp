// tests/sandbox/tes.hpp: the TES 1.1 API over the tasks.
//
// Failure    {msg, status_code}, as in DRS; TES specifies none.
// Threads    any.
#pragma once

#include <string_view>

#include "tests/sandbox/call.hpp"
#include "tests/sandbox/tasks.hpp"

namespace tributary::sandbox {

/// Which operation a request below the TES base path is.
Kind tes_kind(std::string_view method, std::string_view path);

class Tes {
 public:
  explicit Tes(Tasks& tasks) : tasks_(tasks) {}
  Reply handle(Call& call, Kind kind);

 private:
  static Reply service_info();
  Reply create(Call& call);
  Reply read(const Call& call) const;
  Reply list(const Call& call) const;
  Reply cancel(const Call& call);

  Tasks& tasks_;
};

}  // namespace tributary::sandbox
