// tests/agent/push/far_side.hpp: a destination and an ingest that do what they are told, and remember what they saw.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/plugin/destination.hpp"

namespace tributary::push_test {

/// Keeps whole objects across pushes, as a real one does: what is there is not sent again.
class FarFolder final : public plugin::Destination {
 public:
  [[nodiscard]] const std::string& name() const override { return name_; }
  Status probe() override { return {}; }
  plugin::PartLimits part_limits() override { return {}; }

  Status push(const plugin::OutgoingParcel& parcel) override {
    seen = parcel;
    events.emplace_back("push");
    if (before) before(parcel);
    for (std::size_t i = 0; i < parcel.objects.size(); ++i) {
      if (fails_before == i) return *fails_with;
      if (auto sent = send(parcel, i); !sent) return sent;
    }
    if (!visible) {
      events.emplace_back("ask");
      if (!parcel.may_commit()) {
        if (stopping()) return wait_error("far: stopping");
        kept.clear();
        return refusal("told not to commit");
      }
      visible = true;
    }
    for (std::size_t i = 0; i < parcel.objects.size(); ++i) {
      if (fails_before_id == i) return *fails_with;
      if (silent_about == i) continue;
      const auto id = "far-" + std::to_string(i);
      taken.push_back(parcel.registered(i, id, "drs://far/" + id, "https://far/" + id));
    }
    return {};
  }

  Status withdraw(const std::string& parcel_id, const std::vector<plugin::StoredObject>& objects) override {
    events.push_back("withdraw " + parcel_id);
    withdrawn = objects;
    if (fails_with) return *fails_with;
    return {};
  }

  Status fetch(const plugin::StoredObject& object, std::uint64_t offset, MutableByteView into) override {
    fetched.emplace_back(object.name, offset);
    if (fetch_fails) return *fetch_fails;
    const auto& there = kept.at(object.name);
    if (offset + into.size() > there.size()) return operator_error("far: fewer bytes than were sent");
    std::copy_n(there.begin() + static_cast<std::ptrdiff_t>(offset), into.size(), into.begin());
    return {};
  }

  std::optional<Error> fails_with, fetch_fails;
  std::vector<std::pair<std::string, std::uint64_t>> fetched;  // object, offset
  std::optional<std::size_t> fails_before, fails_before_id, silent_about;
  std::function<void(std::size_t object, std::uint64_t bytes)> between;  // after each piece
  std::function<void(const plugin::OutgoingParcel&)> before;
  std::function<bool()> stopping = [] { return false; };  // as the host says it
  std::size_t piece_bytes = 10000, lane = 0;
  bool visible = false;
  plugin::OutgoingParcel seen;
  std::vector<std::string> events;
  std::map<std::string, Bytes> kept;
  std::vector<bool> taken;
  std::vector<plugin::StoredObject> withdrawn;

 private:
  Status send(const plugin::OutgoingParcel& parcel, std::size_t i) {
    const auto& object = parcel.objects[i];
    if (kept.count(object.name) != 0) return {};
    Bytes all, piece(piece_bytes);
    for (;;) {
      auto n = parcel.read(lane, i, all.size(), piece);
      if (!n) return n.error();
      if (*n == 0) break;
      all.insert(all.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(*n));
      parcel.progress(i, all.size());
      if (between) between(i, all.size());
    }
    events.push_back("sent " + std::to_string(i));
    kept[object.name] = std::move(all);
    return {};
  }
  std::string name_ = "far";
};

/// Tells of its task what it is told to tell.
class FarTasks final : public plugin::Ingest {
 public:
  Status probe() override { return {}; }
  Result<std::string> start(const plugin::IngestJob& job) override {
    jobs.push_back(job);
    if (start_fails) return *start_fails;
    return task_id;
  }
  Status poll(const std::string& task, std::string& state) override {
    polled.push_back(task);
    state = says;
    if (poll_fails) return *poll_fails;
    return {};
  }
  Status cancel(const std::string& task) override {
    cancelled.push_back(task);
    if (cancel_fails) return *cancel_fails;
    return {};
  }

  std::string task_id = "task-1", says = "COMPLETE";
  std::optional<Error> start_fails, poll_fails, cancel_fails;
  std::vector<plugin::IngestJob> jobs;
  std::vector<std::string> polled, cancelled;
};

}  // namespace tributary::push_test
