// tests/sandbox/sandbox.cpp: putting the parts together.
#include "tests/sandbox/sandbox.hpp"

#include <chrono>
#include <condition_variable>
#include <latch>
#include <mutex>

#include "agent/base/text.hpp"
#include "agent/port/files/files.hpp"
#include "agent/port/genomics/genomics.hpp"
#include "tests/sandbox/front.hpp"
#include "tests/sandbox/keys.hpp"

namespace tributary::sandbox {
namespace {

/// Waits that end at once when the house closes.
class Pauses {
 public:
  void wait(std::int64_t ms) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::milliseconds(ms), [&] { return over_; });
  }
  void end() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
};

std::string host_of(const std::string& listen) {
  const auto colon = listen.rfind(':');
  return colon == std::string::npos ? listen : listen.substr(0, colon);
}

}  // namespace

struct Sandbox::House {
  House(const Settings& s, const Clock& c, files::Lock l, Keys k)
      : settings(s),
        clock(c),
        lock(std::move(l)),
        keys(std::move(k)),
        recipient_file(s.directory + "/recipient.pub"),
        faults(s.seed),
        address(s.tls, s.host, host_of(s.listen)) {}
  ~House() {
    pauses.end();
    if (!is_open.try_wait()) is_open.count_down();
    server.reset();
    tasks.reset();
  }
  House(const House&) = delete;
  House& operator=(const House&) = delete;

  Status open();
  Status serve();
  Status furnish();

  Settings settings;
  const Clock& clock;
  files::Lock lock;
  Keys keys;
  std::string recipient_file;
  std::latch is_open{1};  // requests wait until the house is furnished
  Pauses pauses;
  Faults faults;
  Address address;
  std::unique_ptr<Events> events;
  std::unique_ptr<Storage> storage;
  std::unique_ptr<Objects> objects;
  std::unique_ptr<Places> places;
  std::unique_ptr<Credentials> credentials;
  std::unique_ptr<Examiner> examiner;
  std::unique_ptr<Tasks> tasks;
  std::unique_ptr<Drs> drs;
  std::unique_ptr<S3> s3;
  std::unique_ptr<Tes> tes;
  std::unique_ptr<SignedUrls> signed_urls;
  std::unique_ptr<Front> front;
  std::unique_ptr<http::Server> server;
};

namespace {

/// Moves what was opened into its place.
template <typename T>
Status keep(Result<std::unique_ptr<T>> opened, std::unique_ptr<T>& place) {
  if (!opened) return opened.error();
  place = *std::move(opened);
  return {};
}

}  // namespace

Status Sandbox::House::open() {
  if (!settings.pause) settings.pause = [this](std::int64_t ms) { pauses.wait(ms); };
  for (const auto& fault : settings.faults) {
    if (const auto added = faults.add(fault); !added) return added;
  }
  const auto& directory = settings.directory;
  const auto scratch = directory + "/scratch";
  auto done = files::make_directories(scratch, 0700);
  if (done) done = keep(Events::open(directory), events);
  if (done) done = keep(Storage::open(directory, clock), storage);
  if (done) done = keep(Objects::open(directory, clock), objects);
  if (done) done = keep(Places::open(directory), places);
  if (done) done = keep(Credentials::open(directory, clock), credentials);
  if (!done) return done;
  genomics::prepare();
  examiner = std::make_unique<Examiner>(
      ExaminerParts{*storage, *objects, address, clock, keys.url_key, keys.recipient, settings.site_keys, scratch});
  return {};
}

Status Sandbox::House::serve() {
  http::ServerSettings server_settings;
  server_settings.listen = settings.listen;
  server_settings.threads = settings.threads;
  if (const auto made = make_certificates(settings.directory, settings.host, clock); !made) return made;
  if (settings.tls) {
    server_settings.cert_file = settings.directory + "/server.pem";
    server_settings.key_file = settings.directory + "/server.key";
  }
  auto opened = http::serve(server_settings, [this](http::Exchange& exchange) {
    is_open.wait();
    if (front) {
      front->handle(exchange);
    } else {
      exchange.abort();
    }
  });
  if (const auto kept = keep(std::move(opened), server); !kept) return kept;
  address.set_port(server->port());
  return furnish();
}

/// What may run only when the address is known.
Status Sandbox::House::furnish() {
  const auto examine = [this](const Json& task, const Stop& stop) { return examiner->examine(task, stop); };
  const auto done = keep(Tasks::open(settings.directory, Tasks::Parts{clock, faults, examine, settings.pause}), tasks);
  if (!done) return done;
  drs = std::make_unique<Drs>(
      DrsParts{settings, clock, address, keys.url_key, *storage, *objects, *places, *credentials});
  s3 = std::make_unique<S3>(*storage, *credentials, clock, settings);
  tes = std::make_unique<Tes>(*tasks);
  signed_urls = std::make_unique<SignedUrls>(*storage, clock, keys.url_key);
  front = std::make_unique<Front>(FrontParts{clock, address, keys.token, recipient_file,
                                             http::is_loopback(host_of(settings.listen)), faults, *events, *storage,
                                             *objects, *tasks, *drs, *s3, *tes, *signed_urls, settings.pause});
  is_open.count_down();
  return {};
}

Sandbox::Sandbox(std::unique_ptr<House> house) : house_(std::move(house)) {}
Sandbox::~Sandbox() = default;

Result<std::unique_ptr<Sandbox>> Sandbox::start(const Settings& settings, const Clock& clock) {
  auto keys = open_keys(settings.directory);
  if (!keys) return keys.error();
  auto lock = files::Lock::take(settings.directory + "/lock");
  if (!lock) return operator_error(lock.error().what, "stop the other sandbox, or use another --dir");
  auto house = std::make_unique<House>(settings, clock, *std::move(lock), *std::move(keys));
  auto done = house->open();
  if (done) done = house->serve();
  if (!done) return done.error();
  return std::unique_ptr<Sandbox>(new Sandbox(std::move(house)));
}

std::string Sandbox::url() const { return house_->address.base(); }
std::string Sandbox::token() const { return std::string(house_->keys.token.reveal()); }
Faults& Sandbox::faults() { return house_->faults; }
const Events& Sandbox::events() const { return *house_->events; }
void Sandbox::wait_for_tasks() { house_->tasks->wait_idle(); }

}  // namespace tributary::sandbox
