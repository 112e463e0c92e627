// agent/receive/receive.hpp: the other end: opens and checks what arrived at a programme.
//
// Crypt4GH tells neither who wrote a container nor whether its last segments are missing; the signed manifest of a
// parcel does. A parcel is whole when its manifest is signed by a known site and every object that it lists is there,
// opens, and has the size and the SHA-256 that were promised, sealed and opened.
//
// Order      parcels by the path of their manifest; in a parcel, files as the manifest lists them.
// Threads    one.
// Failure    of one parcel: told in the report, the others are looked at. ask_operator: the directory, the output or a
//            site key can not be used. wait: stopped.
// Crash      an opened file appears under its name when it was checked, the manifest of its parcel last.
// Never      gives out plaintext that was not proven; follows a link; believes a name that leads out of a folder.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "agent/base/result.hpp"
#include "agent/base/stop.hpp"
#include "agent/crypt4gh/crypt4gh.hpp"
#include "agent/receive/manifest.hpp"

namespace tributary::receive {

struct Problem {
  std::string name;  // of the object within the directory
  Error error;
};

/// One manifest and what became of it.
struct Arrival {
  std::string path;  // of the manifest, relative to the directory
  Manifest manifest;
  std::uint64_t plain_bytes = 0;
  std::vector<Problem> problems;  // empty: the parcel is whole
};

struct Report {
  std::vector<Arrival> parcels;
  std::vector<Problem> unread;        // manifests that can not be believed
  std::vector<std::string> unlisted;  // containers that no manifest lists, relative to the directory
  [[nodiscard]] bool good() const;
};

struct Settings {
  crypt4gh::SecretKey secret;
  std::vector<SiteKey> site_keys;
  /// Opened files go to OUT/<parcel>/<name without .c4gh>; "": they are checked only.
  std::string out;
};

/// Objects lie beside their manifest, under the names that they were sent with; directories may be nested.
Result<Report> receive(const std::string& directory, const Settings& settings, const Stop& stop);

}  // namespace tributary::receive
