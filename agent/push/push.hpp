// agent/push/push.hpp: the station that carries queued parcels to their destination, and starts what happens there.
//
// Looks before it repeats: the plugin asks the far side what it has. Consent is asked once more right before data
// becomes visible.
//
// Failure    wait: network, far side away, source away. give_up: the far side refuses this parcel, or consent is gone.
//            ask_operator: a person must act. `source_changed` is set when the parcel must be sealed afresh.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "agent/base/clock.hpp"
#include "agent/base/workers.hpp"
#include "agent/config/settings.hpp"
#include "agent/consent/evaluate.hpp"
#include "agent/journal/journal.hpp"
#include "agent/plugin/destination.hpp"
#include "agent/queue/queue.hpp"

namespace tributary::push {

/// At the far side, and known there by its ids. Only Carrier makes one.
class PushedParcel {
 public:
  [[nodiscard]] const journal::ParcelRow& row() const { return row_; }
  [[nodiscard]] const std::vector<journal::ObjectRow>& objects() const { return objects_; }
  /// What was looked for when it was sealed, for the receipt; none when a version that told none did it.
  [[nodiscard]] const std::optional<seal::ReleaseTotals>& release() const { return release_; }
  /// DUO terms of the consent that permitted it; none for the same reason.
  [[nodiscard]] const std::vector<std::string>& terms() const { return terms_; }

 private:
  friend class Carrier;
  PushedParcel(journal::ParcelRow row, std::vector<journal::ObjectRow> objects, seal::Recipe recipe)
      : row_(std::move(row)), objects_(std::move(objects)), release_(recipe.release), terms_(std::move(recipe.terms)) {}
  journal::ParcelRow row_;
  std::vector<journal::ObjectRow> objects_;
  std::optional<seal::ReleaseTotals> release_;
  std::vector<std::string> terms_;
};

class Carrier {
 public:
  struct Route {
    plugin::Destination* destination = nullptr;
    plugin::Ingest* ingest = nullptr;  // null: none
    std::vector<std::string> controlled_access{};
    Workers* workers = nullptr;  // for reading the parcels' files
    config::VerifyAfter verify_after = config::VerifyAfter::head;
    std::uint32_t lanes = 1;  // places at which a parcel is read at the same time
    /// Ends what is under way so that it can go on from there: the parcel was held, or nobody knows whether it may go.
    std::function<void()> interrupt = [] {};
  };
  /// `ask_again` gives today's decision on a parcel.
  Carrier(journal::Journal& journal, const Clock& clock, std::string site,
          std::function<consent::Decision(const journal::ParcelRow&)> ask_again)
      : journal_(journal), clock_(clock), site_(std::move(site)), ask_again_(std::move(ask_again)) {}

  struct Refusal {
    bool source_changed = false;
    bool held = false;          // or called off, right before the commit: nothing became visible
    bool unknown = false;       // nobody could say whether it may go, right before the commit
    bool consent_gone = false;  // denied, not merely unknown
    std::string why;            // when it is gone
  };
  Result<PushedParcel> push(const queue::QueuedParcel& parcel, const Route& route, Refusal& refusal);
  /// What was registered before and only has to be ingested.
  Result<PushedParcel> look_up(const journal::ParcelRow& row);
  /// Compares what lies at the far side with what was sealed, as the route asks, once; how stands in the journal then.
  /// ask_operator: it is something else, or can not be read back.
  Status prove(const journal::ParcelRow& row, const Route& route);
  /// Starts the task, or asks how it goes. Success: ended well (or there is no ingest). One that failed is started
  /// again when an operator says retry.
  Status ingest(const PushedParcel& parcel, const Route& route);
  /// Asks the far side to remove everything of a parcel, and ends a task that works on it. May be repeated.
  Status withdraw(const journal::ParcelRow& row, const Route& route);

 private:
  journal::Journal& journal_;
  const Clock& clock_;
  std::string site_;
  std::function<consent::Decision(const journal::ParcelRow&)> ask_again_;
};

}  // namespace tributary::push
