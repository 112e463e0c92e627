// agent/status/board.cpp: when the journal is read for the page, and when not.
#include "agent/status/board.hpp"

#include <ctime>

namespace tributary::status {
namespace {

constexpr std::int64_t true_for_s = 60;     // what the journal does not tell: free space, files, the turn of a day
constexpr std::int64_t rest_per_work = 50;  // after a reading: at most a fiftieth of a processor goes into them
constexpr std::chrono::milliseconds step{1000};

// Processor time of this thread: how busy the machine is makes no difference.
std::int64_t worked_ns() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

Status Board::read_anew(std::int64_t now) {
  if (reading_ && now >= read_at_ && now - read_at_ < rest_s_) return {};
  auto version = journal_.version();
  if (!version) return version.error();
  const bool is_fresh = reading_ && now >= read_at_ && now - read_at_ < true_for_s;
  if (is_fresh && *version == version_) return {};
  if (!is_fresh) papers_ = line::papers_of(settings_);
  const auto begun_ns = worked_ns();
  auto overview = read_overview(journal_, settings_, papers_, now);
  if (!overview) return overview.error();
  rest_s_ = (worked_ns() - begun_ns) * rest_per_work / 1'000'000'000;
  reading_ = std::make_shared<const Reading>(Reading{std::move(*overview), ++revision_});
  version_ = std::move(*version);
  read_at_ = now;
  return {};
}

Result<Board::Shared> Board::read() {
  const std::lock_guard lock(mutex_);
  const auto now = clock_.now_utc_s();
  if (asked_at_ != now) {
    asked_at_ = now;
    state_ = read_anew(now);
  }
  if (!state_) return state_.error();
  return reading_;
}

std::uint64_t Board::wait(std::uint64_t known, std::chrono::milliseconds most) {
  for (auto waited = std::chrono::milliseconds(0);; waited += step) {
    const auto now = read();
    if (now && (*now)->revision != known) return (*now)->revision;
    if (waited >= most) return known;
    std::unique_lock lock(closing_mutex_);
    if (closing_.wait_for(lock, step, [this] { return closed_; })) return known;
  }
}

void Board::close() {
  const std::lock_guard lock(closing_mutex_);
  closed_ = true;
  closing_.notify_all();
}

bool Board::is_closed() {
  const std::lock_guard lock(closing_mutex_);
  return closed_;
}

Result<std::string> OnceASecond::get(std::int64_t now_utc_s, const std::function<Result<std::string>()>& make) {
  const std::lock_guard lock(mutex_);
  if (!text_ || made_at_ != now_utc_s) text_ = make();
  made_at_ = now_utc_s;
  return *text_;
}

}  // namespace tributary::status
