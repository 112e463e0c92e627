// agent/config/limit_tables.cpp: keys of what the daemon may use, how long it keeps what, and what its page allows.
#include <algorithm>

#include "agent/config/key_table.hpp"

namespace tributary::config {
namespace {

constexpr std::int64_t mib = 1024 * 1024;
constexpr std::int64_t gib = 1024 * mib;
constexpr std::int64_t day_s = 86400;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool fits_hours(std::string_view text) {
  if (text.size() != 11 || text[2] != ':' || text[5] != '-' || text[8] != ':') return false;
  for (const std::size_t i : {0U, 1U, 3U, 4U, 6U, 7U, 9U, 10U}) {
    if (!is_digit(text[i])) return false;
  }
  const auto time = [&](std::size_t i) {
    return (text[i] - '0') * 1000 + (text[i + 1] - '0') * 100 + (text[i + 3] - '0') * 10 + text[i + 4] - '0';
  };
  return text[3] < '6' && text[9] < '6' && time(0) < 2400 && time(6) <= 2400 && time(0) != time(6);
}

constexpr Form hours_form{"^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$",
                          "two different times of a day such as 20:00-06:00", fits_hours};

bool fits_host(std::string_view text) {
  return !text.empty() && text.size() <= 253 && text.front() != '.' && text.front() != '-' &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '-' || c == '.';
         });
}
constexpr Form host_form{"^[A-Za-z0-9][A-Za-z0-9.-]{0,252}$", "a host name without a port, such as lab.example.org",
                         fits_host};

constexpr Key limit_keys[] = {
    {.name = "upload_rate", .type = Type::rate, .help = "all destinations together; null = no limit", .nullable = true},
    {.name = "upload_hours",
     .type = Type::list,
     .help = "when to upload, local time; may pass midnight",
     .fallback = "[\"00:00-24:00\"]",
     .form = &hours_form},
    {.name = "connections",
     .type = Type::integer,
     .help = "parts of all uploads that go at the same time; each destination has one at least",
     .fallback = "4",
     .least = 1,
     .most = 64},
    {.name = "threads",
     .type = Type::integer,
     .help = "threads that read, encrypt and digest",
     .fallback = "2",
     .least = 1,
     .most = 64},
    {.name = "memory",
     .type = Type::size,
     .help = "the daemon plans its buffers for this",
     .fallback = "96MiB",
     .least = 32 * mib,
     .most = 64 * gib},
    {.name = "nice",
     .type = Type::integer,
     .help = "how far the daemon stands back on the processor",
     .fallback = "10",
     .least = 0,
     .most = 19},
    {.name = "io",
     .type = Type::word,
     .help = "on the disk: idle: when nobody else wants it; low: after others; normal",
     .fallback = "idle",
     .words = "idle low normal"},
    {.name = "max_load",
     .type = Type::integer,
     .help = "load average of the last minute above which sealing and uploads pause; null = none",
     .nullable = true,
     .least = 1,
     .most = 4096},
    {.name = "while_sequencing",
     .type = Type::word,
     .help = "while a run is being written: full: go on; slow: sealing rests half of the time; pause: no sealing, no "
             "uploads",
     .fallback = "full",
     .words = "full slow pause"},
    {.name = "away_alarm",
     .type = Type::duration,
     .help = "a destination that is away for so long raises an alarm",
     .fallback = "24h",
     .least = 60,
     .most = 365 * 86400},
    {.name = "hold_after",
     .type = Type::duration,
     .help = "a parcel that did not get on for so long, for a reason of its own, is held",
     .fallback = "14d",
     .least = 3600,
     .most = 365 * 86400},
    {.name = "reserve",
     .type = Type::size,
     .help = "free space on the disk of state_dir below which nothing new is sealed; sending goes on",
     .fallback = "64MiB",
     .least = mib,
     .most = 1024 * gib},
};

constexpr Key retention_keys[] = {
    {.name = "finished",
     .type = Type::duration,
     .help = "how long delivered, withdrawn and cancelled parcels keep what only sending needs",
     .fallback = "90d",
     .least = day_s,
     .most = 3650 * day_s},
};

constexpr Key status_keys[] = {
    {.name = "token_file",
     .type = Type::secret_path,
     .help = "whoever knows the word in it may retry, hold, release, cancel, pause and resume on the page; default: "
             "nobody may"},
    {.name = "hosts",
     .type = Type::list,
     .help = "names under which browsers may ask for the page, beside addresses and localhost",
     .fallback = "[]",
     .form = &host_form},
};

}  // namespace

constexpr Table limits_table{"limits", limit_keys};
constexpr Table retention_table{"retention", retention_keys};
constexpr Table status_table{"status page", status_keys};

}  // namespace tributary::config
