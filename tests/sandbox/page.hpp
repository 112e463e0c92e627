// tests/sandbox/page.hpp: one page for people: what arrived, what is open, what went wrong.
#pragma once

#include <string>

#include "tests/sandbox/events.hpp"
#include "tests/sandbox/faults.hpp"
#include "tests/sandbox/objects.hpp"
#include "tests/sandbox/storage.hpp"
#include "tests/sandbox/tasks.hpp"

namespace tributary::sandbox {

struct PageParts {
  const Storage& storage;
  const Objects& objects;
  const Tasks& tasks;
  const Faults& faults;
  const Events& events;
  std::string base_url;
};
std::string render_page(const PageParts& parts);

}  // namespace tributary::sandbox
