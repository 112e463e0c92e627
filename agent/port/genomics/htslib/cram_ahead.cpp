// agent/port/genomics/htslib/cram_ahead.cpp: one scrubber for each container under way.
#include "agent/port/genomics/htslib/cram_ahead.hpp"

#include <utility>

namespace tributary::genomics {

namespace {

constexpr std::uint64_t large_bytes = std::uint64_t{8} << 20U;

class Recorder final : public ContentTap {
 public:
  Status content(const Place& place, ByteView bytes) override {
    heard.push_back({place, Bytes(bytes.begin(), bytes.end())});
    return {};
  }
  std::vector<Heard> heard;
};

}  // namespace

class CramAhead::Scrubber {
 public:
  Scrubber(CramCodec codec, const Settings& settings) {
    if (settings.transform->read_names == ReadNames::mask) mask_.emplace(settings.transform->name_key);
    scrubber_.emplace(settings.version, std::move(codec), settings.table, mask_ ? &*mask_ : nullptr,
                      settings.has_tap ? &recorder_ : nullptr, counts_);
  }

  Status clean(CramContainer container, Made& made) {
    auto clean = scrubber_->clean(std::move(container));
    made.heard = std::exchange(recorder_.heard, {});
    made.counts = std::exchange(counts_, {});
    if (!clean) return clean.error();
    made.clean = std::move(*clean);
    return {};
  }

 private:
  std::optional<ReadNameMask> mask_;
  Recorder recorder_;
  Counts counts_;
  std::optional<CramScrubber> scrubber_;
};

CramAhead::CramAhead(const files::Fd& file, std::uint64_t at, const Settings& settings)
    : file_(file), at_(at), settings_(settings) {}

Result<std::unique_ptr<CramAhead>> CramAhead::make(const files::Fd& file, std::uint64_t at, const Settings& settings) {
  std::unique_ptr<CramAhead> ahead(new CramAhead(file, at, settings));
  const std::size_t count = settings.workers == nullptr ? 1 : settings.workers->threads() + 2;
  for (std::size_t i = 0; i < count; ++i) {
    auto codec = CramCodec::open(settings.version);
    if (!codec) return codec.error();
    ahead->scrubbers_.push_back(std::make_unique<Scrubber>(std::move(*codec), settings));
  }
  return ahead;
}

CramAhead::~CramAhead() {
  for (const auto& item : items_) {
    if (item->piece) settings_.workers->wait(item->piece);
  }
}

bool CramAhead::has_room(std::uint64_t bytes) const {
  return items_.empty() || (!large_ && bytes <= large_bytes && items_.size() < scrubbers_.size());
}

void CramAhead::begin_more() {
  while (!ended_ && items_.size() < scrubbers_.size()) {
    auto place = read_container_header(file_, at_, settings_.version);
    if (place && *place && !has_room((*place)->body_bytes)) return;
    items_.push_back(std::make_unique<Item>());
    Item& item = *items_.back();
    if (!place || !*place) {
      item.error =
          place ? refusal("CRAM: the end-of-file container is missing: the file is truncated", "copy the file again")
                : place.error();
      ended_ = true;
      return;
    }
    item.scrubber = scrubbers_[turn_++ % scrubbers_.size()].get();
    item.at = at_;
    at_ += (*place)->header_bytes + (*place)->body_bytes;
    large_ = (*place)->body_bytes > large_bytes;
    ended_ = is_end_container((*place)->header);
    if (settings_.workers != nullptr) item.piece = settings_.workers->begin([this, &item] { run(item); });
  }
}

void CramAhead::run(Item& item) const {
  auto container = read_container(file_, item.at, settings_.version);
  if (!container || !*container) {
    item.error = container ? refusal("CRAM: the file became shorter while it was read") : container.error();
    return;
  }
  item.made.input_bytes = (*container)->bytes.size();
  item.made.records = static_cast<std::uint64_t>((*container)->header.records);
  item.made.is_end = is_end_container((*container)->header);
  if (item.made.records == 0) return;
  if (Status done = item.scrubber->clean(std::move(**container), item.made); !done) item.error = done.error();
}

Result<CramAhead::Made> CramAhead::next() {
  begin_more();
  if (items_.empty()) return refusal("CRAM: nothing stands behind the end");
  Item& item = *items_.front();
  if (item.piece) {
    settings_.workers->wait(item.piece);
    item.piece.reset();
  } else if (!item.error) {
    run(item);
  }
  if (item.error) return *item.error;
  Made made = std::move(item.made);
  items_.pop_front();
  if (items_.empty()) large_ = false;
  begin_more();
  return made;
}

}  // namespace tributary::genomics
