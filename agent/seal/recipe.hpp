// agent/seal/recipe.hpp: how to make the sealed bytes of a parcel again, whenever they are needed.
//
// A few kilobytes for a file of any size, at most 300 for one of plain gzip (its restart points hold what the stream
// looks back to). Holds paths and data keys: it is stored sealed only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/result.hpp"
#include "agent/crypt4gh/crypt4gh.hpp"
#include "agent/port/files/files.hpp"
#include "agent/port/genomics/genomics.hpp"
#include "agent/seal/release.hpp"

namespace tributary::seal {

struct ObjectRecipe {
  std::string name;  // with ".c4gh"
  bool is_manifest = false;
  bool is_inline = false;  // made, not read: its sealed bytes are in the journal
  std::uint64_t bytes = 0, plain_bytes = 0;
  Digest256 sha256{}, plain_sha256{};
  Digest128 md5{};
  std::uint64_t part_bytes = 0;
  std::vector<Digest256> part_sha256;
  std::vector<Digest128> part_md5;
  // What is read:
  std::string path;  // relative to the folder
  std::string link;  // a further name of the file, in state_dir; empty: it has none
  files::FileId id;
  genomics::Transform transform;
  crypt4gh::DataKey data_key;
  Bytes header;
  genomics::Trace trace;
};

struct Recipe {
  std::string folder;
  std::vector<ObjectRecipe> objects;                    // the manifest last
  std::optional<ReleaseTotals> release;                 // none: a version that told none sealed it
  std::vector<std::string> terms;                       // DUO, of the consent that permitted it
  std::optional<std::vector<std::string>> obligations;  // as the manifest tells them; none: a version that kept none
  std::optional<Digest256> rules;                       // of Sealer::Settings; none: a version that kept none sealed it
};

/// Bytes for the journal, and back. A recipe of a newer version is an error.
SecretText write(const Recipe& recipe);
Result<Recipe> read(ByteView bytes);

}  // namespace tributary::seal
