// plugins/sdk/instrument.hpp: C++ sugar over the instrument half of the plugin ABI, header only.
//
// An instrument is a class with
//     explicit Thing(const sdk::Host&);
//     int recognise(const std::string& folder);
//     sdk::RunUnit settled(const std::string& folder);
//     void describe(const std::string& folder, const sdk::RunUnit&, const sdk::RunSink&);
// that throws Later, Refused or Broken; `instrument_ops<Thing>` is its table.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "plugins/sdk/sdk.hpp"

namespace tributary::sdk {

/// tributary_unit in C++.
struct RunUnit {
  std::string run_id, unit, model;
};

/// Tells the host what a run holds. Nothing is kept here.
class RunSink {
 public:
  explicit RunSink(const tributary_run_sink* sink) : sink_(sink) {}
  void sample(const std::string& id, const std::string& project) const {
    sink_->sample(sink_->self, id.c_str(), project.c_str());
  }
  void alias(const std::string& id, const std::string& name, bool names_files) const {
    sink_->alias(sink_->self, id.c_str(), name.c_str(), names_files ? 1 : 0);
  }
  void file(const std::string& id, const std::string& path, const std::string& kind, const std::string& read,
            const std::string& part) const {
    sink_->file(sink_->self, id.c_str(), path.c_str(), kind.c_str(), read.c_str(), part.c_str());
  }
  void withheld(const std::string& path, const std::string& reason) const {
    sink_->withheld(sink_->self, path.c_str(), reason.c_str());
  }
  void identifier(const std::string& kind, const std::string& value) const {
    sink_->identifier(sink_->self, kind.c_str(), value.c_str());
  }
  void promise(const std::string& path, std::int64_t size_bytes, std::uint32_t crc32) const {
    sink_->promise(sink_->self, path.c_str(), size_bytes, crc32);
  }

 private:
  const tributary_run_sink* sink_;
};

namespace detail {

template <typename Thing>
tributary_outcome open_instrument(const tributary_host* host, void** self, tributary_note* note) {
  return fence(note, [&] { *self = std::make_unique<Thing>(Host(host)).release(); });
}

template <typename Thing>
std::int32_t recognise(void* self, const char* folder) {
  int points = 0;
  // A folder that can not be looked at is nobody's: the host asks again at its next look.
  const auto outcome = fence(nullptr, [&] { points = static_cast<Thing*>(self)->recognise(folder); });
  return outcome == TRIBUTARY_DONE ? points : 0;
}

template <typename Thing>
tributary_outcome settled(void* self, const char* folder, tributary_unit* unit, tributary_note* note) {
  return fence(note, [&] {
    const RunUnit found = static_cast<Thing*>(self)->settled(folder);
    if (found.run_id.size() >= sizeof unit->run_id || found.unit.size() >= sizeof unit->unit) {
      throw Broken("the run's name or the name of its result is too long", "rename the folder of the result");
    }
    fill(unit->run_id, sizeof unit->run_id, found.run_id);
    fill(unit->unit, sizeof unit->unit, found.unit);
    fill(unit->model, sizeof unit->model, found.model);
  });
}

template <typename Thing>
tributary_outcome describe(void* self, const char* folder, const tributary_unit* unit, const tributary_run_sink* sink,
                           tributary_note* note) {
  return fence(note, [&] {
    static_cast<Thing*>(self)->describe(folder, RunUnit{unit->run_id, unit->unit, unit->model}, RunSink(sink));
  });
}

template <typename Thing>
void close_instrument(void* self) {
  const std::unique_ptr<Thing> last(static_cast<Thing*>(self));
}

}  // namespace detail

template <typename Thing>
inline constexpr tributary_instrument_ops instrument_ops = {
    sizeof(tributary_instrument_ops), &detail::open_instrument<Thing>, &detail::recognise<Thing>,
    &detail::settled<Thing>,          &detail::describe<Thing>,        &detail::close_instrument<Thing>,
};

}  // namespace tributary::sdk
