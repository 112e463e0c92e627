// agent/queue/queue.hpp: the outbox between us and the national repositories.
//
// Keeps sealed parcels until their destination has acknowledged them.
// Order      withdrawals before everything; runs in turns by what was sent of each, and of a run the parcel of which
//            least is left.
// Threads    any number of callers; no lock is held across I/O of a parcel.
// Failure    wait: disk full, store busy. ask_operator: store corrupt. give_up: what is kept of this parcel can not be
//            read; it must be sealed afresh. Never throws.
// Crash      a parcel that was taken is offered again; push must look up first. A parcel whose work ended the program
//            again and again rests, and is held at last; the others go on.
// Never      holds plaintext, a person's identity, or a credential in the clear.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/journal/journal.hpp"
#include "agent/seal/seal.hpp"

namespace tributary::queue {

/// Durably ours to deliver. Only the outbox makes one.
class QueuedParcel {
 public:
  [[nodiscard]] const journal::ParcelRow& row() const { return row_; }
  [[nodiscard]] const seal::Recipe& recipe() const { return recipe_; }
  [[nodiscard]] const std::vector<journal::ObjectRow>& objects() const { return objects_; }  // as recipe().objects

 private:
  friend class Outbox;
  QueuedParcel() = default;
  journal::ParcelRow row_;
  seal::Recipe recipe_;
  std::vector<journal::ObjectRow> objects_;
};

class Outbox {
 public:
  explicit Outbox(journal::Journal& journal) : journal_(journal) {}

  /// Durable when it returns.
  [[nodiscard]] Status put(const seal::SealedParcel& parcel, std::int64_t now_utc_s);
  /// Opens what the journal keeps of a parcel. `folder`: where its run lies now; "": where it lay when it was sealed.
  [[nodiscard]] Result<QueuedParcel> take(const journal::ParcelRow& row, const std::string& folder = {});

 private:
  journal::Journal& journal_;
};

}  // namespace tributary::queue
