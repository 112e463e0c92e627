// plugins/destinations/drs/withdraw.cpp: removal at the repository and in the object store.
#include "plugins/destinations/drs/withdraw.hpp"

#include <algorithm>

#include "plugins/destinations/drs/grants.hpp"
#include "plugins/destinations/drs/journal.hpp"
#include "plugins/destinations/drs/push.hpp"
#include "plugins/destinations/drs/s3_desk.hpp"

namespace tributary::drs {
namespace {

class Withdrawal {
 public:
  Withdrawal(const sdk::Host& host, const Settings& settings, const std::string& parcel_id)
      : host_(host),
        settings_(settings),
        parcel_id_(parcel_id),
        journal_(host, parcel_id),
        repository_(host, settings) {}

  void run(std::vector<std::string> ids) {
    const auto token = journal_.parcel();
    if (ids.empty() && token.objects == 0) return;  // nothing was ever begun
    info_ = repository_.service_info();
    for (std::uint32_t i = 0; i < token.objects; ++i) {
      auto object = journal_.object(i);
      if (object.name.empty()) continue;
      // All of them: an answer that was lost, and a repository that did not find at once what it had, make two.
      const auto found = find_ids(repository_, info_, candidate(i, object), token.registering);
      ids.insert(ids.end(), found.begin(), found.end());
      if (object.id.empty() && !found.empty()) {
        object.id = found.front();
        journal_.remember(i, object);  // the repository removes its bytes, not we
      }
      if (!object.id.empty()) ids.push_back(object.id);
    }
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    for (const auto& id : ids) remove(id);
    for (std::uint32_t i = 0; i < token.objects; ++i) clear_store(i);
    journal_.forget();
  }

 private:
  [[nodiscard]] Candidate candidate(std::uint32_t index, const ObjectToken& object) const {
    Candidate candidate;
    candidate.name = object.name;
    candidate.mime_type = object.mime_type;
    candidate.sha256_hex = object.sha256_hex;
    candidate.bytes = object.bytes;
    candidate.alias = alias_of(parcel_id_, index);
    return candidate;
  }

  void remove(const std::string& id) {
    if (info_.has_block && !info_.removal.value_or(false)) {
      if (!repository_.get(id)) return;
      throw sdk::Refused(
          "the repository offers no removal (deleteSupported), and object " + sdk::excerpt(id, 80) + " is there",
          "ask the repository to delete it, then withdraw again");
    }
    if (repository_.remove(id, info_) == Removal::still_there) {
      throw sdk::Later("the repository still shows object " + sdk::excerpt(id, 80) + " after its removal",
                       "nothing to do: it is asked again");
    }
  }

  /// What was uploaded and not registered: the repository does not know of it, only we do. What was registered goes
  /// with its record, unless the repository keeps data.
  void clear_store(std::uint32_t index) {
    auto object = journal_.object(index);
    if (object.bucket.empty() && object.left_behind.empty()) return tell_what_we_do_not_reach(object);
    Grants grants(host_, settings_, repository_, info_, {candidate(index, object)});
    S3Desk desk(host_, grants, 0);
    const Place place{object.endpoint, object.region, object.bucket, object.key};
    if (const auto later = desk.clear(object.left_behind, place)) throw sdk::Later(*later);
    for (const auto& left : object.left_behind) {
      if (left.object) refuse(object);
      host_.log(TRIBUTARY_LOG_WARNING,
                "drs: an upload that was given up could not be aborted; it never becomes visible");
    }
    if (object.bucket.empty() || (!object.id.empty() && removes_data())) return;
    auto uploads = desk.uploads_of(place);
    if (std::find(uploads.begin(), uploads.end(), object.upload_id) == uploads.end() && !object.upload_id.empty()) {
      uploads.push_back(object.upload_id);
    }
    for (const auto& upload_id : uploads) {
      if (desk.abort(place, upload_id)) continue;
      host_.log(TRIBUTARY_LOG_WARNING, "drs: an unfinished upload could not be aborted; it never becomes visible");
    }
    const bool may_be_whole = object.stored || object.sending_utc_s != 0;
    const bool is_there = may_be_whole && desk.head(place).reply.status != 404;
    if (!desk.remove(place) && is_there) refuse(object);
    if (!is_there) wait_for_completion(object);
  }

  /// A store may take minutes to complete an upload, and does so without us, too.
  void wait_for_completion(const ObjectToken& object) const {
    constexpr std::int64_t longest_s = 600;
    const auto since = host_.now_utc_s() - object.sending_utc_s;
    if (object.upload_id.empty() || object.stored || since < 0 || since >= longest_s) return;
    throw sdk::Later("the completion of an upload may still end at the object store",
                     "nothing to do: what is there then is removed", object.sending_utc_s + longest_s);
  }

  [[nodiscard]] bool removes_data() const { return info_.storage_removal.value_or(true); }

  void tell_what_we_do_not_reach(const ObjectToken& object) const {
    if (!object.stored) return;
    if (!object.id.empty() && !removes_data()) {
      throw sdk::Refused("the repository removes records and keeps their data, which went to a presigned URL",
                         "ask the repository to delete the data, then withdraw again");
    }
    if (object.id.empty()) {
      host_.log(TRIBUTARY_LOG_WARNING, "drs: " + object.name +
                                           " went to a presigned URL and was never registered: only the repository "
                                           "can clear it away");
    }
  }

  [[noreturn]] static void refuse(const ObjectToken& object) {
    throw sdk::Refused("the object store does not let us remove " + object.name + ", which was uploaded",
                       "ask the repository to clear it away, then withdraw again");
  }

  const sdk::Host& host_;
  const Settings& settings_;
  const std::string& parcel_id_;
  Journal journal_;
  Repository repository_;
  ServiceInfo info_;
};

}  // namespace

void withdraw(const sdk::Host& host, const Settings& settings, const std::string& parcel_id,
              const std::vector<std::string>& ids) {
  Withdrawal(host, settings, parcel_id).run(ids);
}

}  // namespace tributary::drs
