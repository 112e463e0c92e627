// plugins/destinations/folder/delivery.cpp: staging, commit, removal.
#include "plugins/destinations/folder/delivery.hpp"

#include <algorithm>

#include "plugins/sdk/text.hpp"

namespace tributary::folder {
namespace {

constexpr std::string_view committing = "committing";

std::string staging_name(const std::string& parcel_id) { return "." + parcel_id + ".part"; }

void check_name(const std::string& name, const char* of_what) {
  if (!sdk::is_portable_name(name)) {
    throw sdk::Broken(std::string("the name of ") + of_what + " can not be a file's name",
                      "report it: this is a defect of the agent");
  }
}

}  // namespace

Fd open_destination(const Settings& settings) {
  auto root = open_root(settings.path);
  if (!settings.marker.empty() && !exists(root, settings.marker)) {
    throw Away(TRIBUTARY_LATER, settings.path + ": the marker '" + settings.marker + "' is not there",
               "mount the file system; the marker says that it is the right one");
  }
  return root;
}

Delivery::Delivery(const sdk::Host& host, const Settings& settings, const tributary_parcel& parcel)
    : host_(host), settings_(settings), parcel_(parcel), root_(open_destination(settings)) {
  check_name(parcel.id, "a parcel");
  for (std::uint32_t i = 0; i < parcel.object_count; ++i) check_name(parcel.objects[i].name, "an object");
}

void Delivery::stop_if_asked() const {
  if (host_.stopping()) throw sdk::Later("stopping; the parcel goes on from here at the next start");
}

bool Delivery::holds(const Fd& folder, std::uint32_t index) const {
  const auto& object = parcel_.objects[index];
  const auto there = content_of(folder, object.name, [this] { stop_if_asked(); });
  return there && there->bytes == object.bytes && there->sha256 == sdk::bytes(object.sha256, 32);
}

/// Data first, manifests last.
std::vector<std::uint32_t> Delivery::missing() const {
  const auto place = open_folder(root_, parcel_.id);
  std::vector<std::uint32_t> wanted;
  for (const bool manifest : {false, true}) {
    for (std::uint32_t i = 0; i < parcel_.object_count; ++i) {
      if ((parcel_.objects[i].is_manifest != 0) == manifest && !holds(place, i)) wanted.push_back(i);
    }
  }
  return wanted;
}

/// A file in the way is replaced only when an earlier attempt of ours left it there without a manifest.
void Delivery::check_in_place(const std::vector<std::uint32_t>& wanted) const {
  const auto place = open_folder(root_, parcel_.id);
  bool in_the_way = false, complete = false;
  for (const auto index : wanted) in_the_way = in_the_way || exists(place, parcel_.objects[index].name);
  for (std::uint32_t i = 0; i < parcel_.object_count; ++i) {
    complete = complete || (parcel_.objects[i].is_manifest != 0 && exists(place, parcel_.objects[i].name));
  }
  if (in_the_way && (complete || host_.recall(parcel_.id) != committing)) {
    throw sdk::Broken(settings_.path + "/" + parcel_.id + ": holds a file of the same name with another content",
                      "look who put it there; move it away, then retry");
  }
}

void Delivery::stage(std::uint32_t index) {
  stop_if_asked();
  const auto& object = parcel_.objects[index];
  const auto staging = make_folder(root_, staging_name(parcel_.id));
  if (!holds(staging, index)) {
    std::uint64_t offset = 0;
    write_file(staging, object.name, [&](void* into, std::uint64_t room) -> std::int64_t {
      stop_if_asked();
      if (offset == object.bytes) return 0;
      const auto got = object.read(object.ctx, offset, into, std::min(room, object.bytes - offset));
      if (got <= 0) {
        throw sdk::Later("the source of an object changed or can not be read; what was written was given up",
                         "nothing to do: the parcel is sealed afresh when its source stands");
      }
      offset += static_cast<std::uint64_t>(got);
      if (parcel_.progress != nullptr) parcel_.progress(parcel_.ctx, index, offset);
      return got;
    });
    make_durable(staging);
    if (!holds(staging, index)) {
      throw sdk::Later(std::string(object.name) + ": read back with another size or SHA-256 than was written",
                       "if it stays so, look at the disk under `path`");
    }
  }
  if (parcel_.progress != nullptr) parcel_.progress(parcel_.ctx, index, object.bytes);
}

void Delivery::commit(const std::vector<std::uint32_t>& wanted) {
  host_.remember(parcel_.id, committing);
  const auto staging = open_folder(root_, staging_name(parcel_.id));
  const auto place = make_folder(root_, parcel_.id);
  for (const auto index : wanted) {
    if (parcel_.objects[index].is_manifest != 0) make_durable(place);  // the data before what vouches for it
    rename_file(staging, place, parcel_.objects[index].name);
  }
  make_durable(place);
  remove_folder(root_, staging_name(parcel_.id));
}

void Delivery::report() const {
  for (std::uint32_t i = 0; i < parcel_.object_count; ++i) {
    const auto id = std::string(parcel_.id) + "/" + parcel_.objects[i].name;
    const auto url = "file://" + sdk::percent_encode(settings_.path + "/" + id, true);
    if (parcel_.progress != nullptr) parcel_.progress(parcel_.ctx, i, parcel_.objects[i].bytes);
    if (parcel_.registered(parcel_.ctx, i, id.c_str(), url.c_str(), url.c_str()) != 0) {
      throw sdk::Later("the journal did not take the id of a delivered object", "see the log for the reason");
    }
  }
}

void Delivery::run() {
  stop_if_asked();
  const auto wanted = missing();
  if (wanted.empty()) {
    remove_folder(root_, staging_name(parcel_.id));  // of a commit that was broken off right before its end
  } else {
    check_in_place(wanted);
    for (const auto index : wanted) stage(index);
    stop_if_asked();
    if (parcel_.may_commit(parcel_.ctx) == 0) {
      stop_if_asked();  // not now: what was written stays
      remove_parcel(host_, settings_, parcel_.id);
      throw sdk::Refused("leave to make the parcel visible was withdrawn; what was written is removed");
    }
    commit(wanted);
  }
  report();
}

void remove_parcel(const sdk::Host& host, const Settings& settings, const std::string& parcel_id) {
  check_name(parcel_id, "a parcel");
  const auto root = open_destination(settings);
  remove_folder(root, parcel_id);
  remove_folder(root, staging_name(parcel_id));
  host.remember(parcel_id, "");
}

void read_back(const Settings& settings, const tributary_stored_object& object, std::uint64_t offset, void* into,
               std::uint64_t bytes) {
  const std::string id = object.id;  // parcel/name
  const auto slash = id.find('/');
  if (slash == std::string::npos) throw sdk::Broken("an object has an id that is none of ours");
  const auto parcel = id.substr(0, slash), name = id.substr(slash + 1);
  check_name(parcel, "a parcel");
  check_name(name, "an object");
  const auto there = read_at(open_folder(open_destination(settings), parcel), name, offset, into, bytes);
  if (!there) throw sdk::Refused(name + " is not in the destination's folder any more", "another program took it away");
  if (*there != bytes) {
    throw sdk::Broken(name + ": ends before the bytes that were written", "look at the disk under `path`");
  }
}

}  // namespace tributary::folder
