// plugins/destinations/drs/push.cpp: the steps of a push.
#include "plugins/destinations/drs/push.hpp"

#include <algorithm>
#include <cstddef>

#include "plugins/destinations/drs/https_upload.hpp"
#include "plugins/destinations/drs/s3_desk.hpp"
#include "plugins/destinations/drs/s3_upload.hpp"
#include "plugins/destinations/drs/withdraw.hpp"
#include "plugins/sdk/text.hpp"

namespace tributary::drs {
namespace {

constexpr std::string_view alias_scheme = "tributary:";

void check_plan(const tributary_object& object) {
  const bool one = object.part_count <= 1 && (object.part_bytes == 0 || object.bytes <= object.part_bytes);
  const bool many = object.part_count > 1 && object.part_bytes > 0 &&
                    (object.bytes + object.part_bytes - 1) / object.part_bytes == object.part_count;
  if (!one && !many) {
    throw sdk::Broken("the plan of " + std::string(object.name) + " does not add up: " + std::to_string(object.bytes) +
                          " bytes in " + std::to_string(object.part_count) + " parts of " +
                          std::to_string(object.part_bytes),
                      "report it: this is a defect of the agent");
  }
}

}  // namespace

std::string alias_of(const std::string& parcel_id, std::uint32_t index) {
  return std::string(alias_scheme) + parcel_id + ":" + std::to_string(index);
}

std::vector<std::string> find_ids(Repository& repository, const ServiceInfo& info, const Candidate& candidate,
                                  bool insist) {
  std::vector<std::string> ids;
  const bool surely = info.fetch_by_checksum.value_or(false);
  if (!surely && !insist) return ids;
  for (const auto& object : repository.find(candidate.sha256_hex, surely)) {
    const auto ours = std::find(object.aliases.begin(), object.aliases.end(), candidate.alias);
    const bool others = std::any_of(object.aliases.begin(), object.aliases.end(), [](const std::string& alias) {
      return alias.compare(0, alias_scheme.size(), alias_scheme) == 0;
    });
    const bool same_name = object.name.empty() || object.name == candidate.name;
    const bool same_parcel = ours != object.aliases.end() || !others;
    if (!object.id.empty() && same_name && same_parcel && object.bytes == candidate.bytes) ids.push_back(object.id);
  }
  return ids;
}

void check_service(const ServiceInfo& info, const Settings& settings,
                   const std::vector<std::string>& controlled_access) {
  const auto who = "repository" + (info.name.empty() ? "" : " '" + sdk::excerpt(info.name, 60) + "'");
  if (info.has_block && (!info.upload_request.value_or(false) || !info.registration.value_or(false))) {
    throw sdk::Broken(who + ": /service-info says that it takes no " +
                          (info.upload_request.value_or(false) ? "registrations" : "upload requests"),
                      "uploads need the write extension of DRS: ask the repository for the right `url`");
  }
  const bool controls = info.controlled_access.value_or(false);
  if (controls && controlled_access.empty()) {
    throw sdk::Broken(who + ": it opens objects without controlled_access to everyone, and none is configured",
                      "set controlled_access to the data set's visa value");
  }
  if (!controls && !controlled_access.empty()) {
    throw sdk::Broken(who +
                          ": /service-info does not offer controlledAccessSupported, so our controlled_access would "
                          "be ignored",
                      "ask the repository how access is controlled; without the setting its own rules hold");
  }
  if (!info.upload_methods.empty() && std::find(info.upload_methods.begin(), info.upload_methods.end(),
                                                settings.upload_method) == info.upload_methods.end()) {
    std::string offered;
    for (const auto& method : info.upload_methods) offered += (offered.empty() ? "" : ", ") + sdk::excerpt(method, 20);
    throw sdk::Broken(who + ": it takes uploads by " + offered + ", not by " + settings.upload_method,
                      "set upload_method to one that the repository offers");
  }
}

Push::Push(const sdk::Host& host, const Settings& settings, const tributary_parcel& parcel)
    : host_(host),
      settings_(settings),
      parcel_(parcel),
      journal_(host, parcel.id),
      repository_(host, settings),
      ids_(parcel.object_count),
      reported_(parcel.object_count) {
  for (const auto* visa = parcel.controlled_access; visa != nullptr && *visa != nullptr; ++visa) {
    controlled_access_.emplace_back(*visa);
  }
  if (controlled_access_.empty()) controlled_access_ = settings.controlled_access;
}

Candidate Push::candidate(std::uint32_t index) const {
  const auto& object = parcel_.objects[index];
  const auto token = journal_.object(index);
  Candidate candidate;
  candidate.name = object.name;
  candidate.mime_type = object.mime_type;
  candidate.bytes = object.bytes;
  candidate.sha256_hex = sdk::hex(sdk::bytes(object.sha256, 32));
  candidate.md5_hex = sdk::hex(sdk::bytes(object.md5, 16));
  candidate.method = token.method;
  candidate.access_url = token.access_url;
  candidate.alias = alias_of(parcel_.id, index);
  return candidate;
}

std::vector<std::uint32_t> Push::missing() const {
  std::vector<std::uint32_t> order;
  for (const bool manifest : {false, true}) {
    for (std::uint32_t i = 0; i < parcel_.object_count; ++i) {
      if (ids_[i].empty() && (parcel_.objects[i].is_manifest != 0) == manifest) order.push_back(i);
    }
  }
  return order;
}

void Push::run() {
  for (std::uint32_t i = 0; i < parcel_.object_count; ++i) check_plan(parcel_.objects[i]);
  info_ = repository_.service_info();
  check_service(info_, settings_, controlled_access_);
  for (std::uint32_t i = 0; i < parcel_.object_count; ++i) {
    const auto& object = parcel_.objects[i];
    if (info_.max_upload_bytes && object.bytes > *info_.max_upload_bytes) {
      throw sdk::Broken(std::string(object.name) + " has " + std::to_string(object.bytes) +
                            " bytes, the repository takes at most " + std::to_string(*info_.max_upload_bytes),
                        "ask the repository to raise its limit");
    }
  }
  open_tokens();
  find_registered();
  if (!missing().empty()) {
    send_missing();
    ask_leave();
    register_missing();
  }
  const bool believes = parcel_.size > offsetof(tributary_parcel, believe_far_side) && parcel_.believe_far_side != 0;
  for (std::uint32_t i = 0; i < parcel_.object_count; ++i) {
    if (!believes || !reported_[i]) read_back(i);
  }
  clear_left_behind();
}

/// What can be cleared away later is waited for; what the store does not let us stays remembered.
void Push::clear_left_behind() {
  for (std::uint32_t i = 0; i < parcel_.object_count; ++i) {
    auto token = journal_.object(i);
    if (token.left_behind.empty()) continue;
    Grants grants(host_, settings_, repository_, info_, {candidate(i)});
    S3Desk desk(host_, grants, 0);
    const auto later = desk.clear(token.left_behind, {token.endpoint, token.region, token.bucket, token.key});
    journal_.remember(i, token);
    if (later) throw sdk::Later(*later);
    if (!token.left_behind.empty()) {
      host_.log(TRIBUTARY_LOG_WARNING,
                "drs: what was given up can not be cleared away: credentials of the repository do not reach there");
    }
  }
}

/// A token of an earlier sealing of the same parcel (another digest) is cleared away first.
void Push::open_tokens() {
  auto token = journal_.parcel();
  bool stale = token.objects != 0 && token.objects != parcel_.object_count;
  for (std::uint32_t i = 0; i < std::min(token.objects, parcel_.object_count); ++i) {
    const auto known = journal_.object(i);
    stale = stale || (!known.name.empty() && known.sha256_hex != sdk::hex(sdk::bytes(parcel_.objects[i].sha256, 32)));
  }
  if (stale) withdraw(host_, settings_, parcel_.id, {});
  if (stale || token.objects == 0) {
    token = ParcelToken{parcel_.object_count, false};
    journal_.remember(token);
  }
  for (std::uint32_t i = 0; i < parcel_.object_count; ++i) {
    auto object = journal_.object(i);
    if (!object.name.empty()) continue;
    object.name = parcel_.objects[i].name;
    object.sha256_hex = sdk::hex(sdk::bytes(parcel_.objects[i].sha256, 32));
    object.mime_type = parcel_.objects[i].mime_type;
    object.bytes = parcel_.objects[i].bytes;
    journal_.remember(i, object);
  }
}

void Push::find_registered() {
  const bool reply_lost = journal_.parcel().registering;
  for (std::uint32_t i = 0; i < parcel_.object_count; ++i) {
    auto token = journal_.object(i);
    if (!token.id.empty() && !repository_.get(token.id)) {
      host_.log(TRIBUTARY_LOG_WARNING, "drs: an object that was registered is gone; it is sent again");
      token.id.clear();
      journal_.remember(i, token);
    }
    ids_[i] = token.id;
    if (token.id.empty()) {
      const auto found = find_ids(repository_, info_, candidate(i), reply_lost);
      if (!found.empty()) ids_[i] = found.front();
    }
    if (token.id != ids_[i]) {
      token.id = ids_[i];
      journal_.remember(i, token);
    }
  }
}

void Push::send_missing() {
  const auto order = missing();
  std::vector<Candidate> candidates;
  for (const auto index : order) candidates.push_back(candidate(index));
  Grants grants(host_, settings_, repository_, info_, std::move(candidates));
  for (std::size_t i = 0; i < order.size(); ++i) {
    Reading reading(host_, parcel_, order[i]);
    if (settings_.upload_method == "s3") {
      S3Upload(host_, grants, i, journal_, reading).run();
    } else {
      HttpsUpload(host_, settings_, grants, i, journal_, reading).run();
    }
  }
}

void Push::ask_leave() {
  if (host_.stopping()) throw sdk::Later("stopping before the objects were registered");
  if (parcel_.may_commit(parcel_.ctx) != 0) return;
  if (host_.stopping()) throw sdk::Later("leave to make the parcel visible is not given now; what was sent stays");
  try {
    withdraw(host_, settings_, parcel_.id, {});
  } catch (const sdk::Outcome& outcome) {
    host_.log(TRIBUTARY_LOG_WARNING, std::string("drs: ") + outcome.what());
    throw sdk::Refused("leave to make the parcel visible was withdrawn; what was uploaded could not all be removed: " +
                           std::string(outcome.what()),
                       "withdraw the parcel again, or ask the repository to clear it away");
  }
  throw sdk::Refused("leave to make the parcel visible was withdrawn; nothing of it was registered");
}

void Push::register_missing() {
  const auto order = missing();
  const auto most = std::max<std::uint64_t>(info_.max_register.value_or(UINT32_MAX), 1);
  if (journal_.parcel().registering && !info_.fetch_by_checksum.value_or(false)) {
    host_.log(TRIBUTARY_LOG_WARNING,
              "drs: the answer to a registration was lost and the repository finds nothing by checksum: registering "
              "again, objects may be there twice");
  }
  journal_.remember(ParcelToken{parcel_.object_count, true});
  for (std::size_t from = 0; from < order.size();) {
    const auto count = std::min<std::uint64_t>(order.size() - from, most);
    std::vector<Candidate> candidates;
    for (std::size_t i = from; i < from + count; ++i) candidates.push_back(candidate(order[i]));
    const auto objects = repository_.register_objects(candidates, controlled_access_);
    for (std::size_t i = 0; i < count; ++i) {
      const auto index = order[from + i];
      ids_[index] = objects[i].id;
      auto token = journal_.object(index);
      token.id = objects[i].id;
      journal_.remember(index, token);
      report(index, objects[i]);
    }
    from += count;
  }
  journal_.remember(ParcelToken{parcel_.object_count, false});
}

void Push::report(std::uint32_t index, const Object& object) {
  const auto url = object.access_url.empty() ? journal_.object(index).access_url : object.access_url;
  if (parcel_.registered(parcel_.ctx, index, object.id.c_str(), object.self_uri.c_str(), url.c_str()) != 0) {
    throw sdk::Later("the journal did not take the id of a registered object", "see the log for the reason");
  }
  reported_[index] = true;
}

void Push::read_back(std::uint32_t index) {
  const auto object = repository_.get(ids_[index]);
  const auto& sent = parcel_.objects[index];
  if (!object) {
    throw sdk::Later(std::string(sent.name) + ": the repository does not show the object that it registered",
                     "nothing to do: it is asked again");
  }
  const auto sha256_hex = sdk::hex(sdk::bytes(sent.sha256, 32));
  const auto& theirs = object->sha256_hex;
  const bool same_digest = std::find(theirs.begin(), theirs.end(), sha256_hex) != theirs.end();
  if (object->bytes != sent.bytes || !same_digest) {
    throw sdk::Broken(std::string(sent.name) + ": sent " + std::to_string(sent.bytes) +
                          " bytes, the repository shows " +
                          (object->bytes ? std::to_string(*object->bytes) : std::string("no size")) +
                          (same_digest ? "" : " and another SHA-256 than " + sha256_hex),
                      "ask the repository what became of the object; withdraw the parcel to send it anew");
  }
  if (!controlled_access_.empty() && object->controlled_access && *object->controlled_access != controlled_access_) {
    throw sdk::Broken(std::string(sent.name) + ": the repository shows other controlled_access values than were sent",
                      "withdraw the parcel at once and ask the repository: the object may be open to everyone");
  }
  if (!reported_[index]) report(index, *object);
  if (parcel_.progress != nullptr) parcel_.progress(parcel_.ctx, index, sent.bytes);
}

}  // namespace tributary::drs
