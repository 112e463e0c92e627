// agent/port/genomics/genomics.hpp: the file formats of the field, read to be rid of identities.
//
// A transform takes one file of ONE sample and gives the same file without identifiers, as a stream: headers rewritten
// by allow-list, names replaced by the pseudonym, records kept. Of a joint VCF or BCF the columns that are named stay,
// and nothing that only others carry (htslib/vcf_cut.hpp says what that is). The same file and the same parameters give
// the same bytes, always. Memory is constant: it does not grow with the file.
//
// Failure    give_up: the file is damaged, truncated, of several samples without columns being named, or has a
//            construct that can not be made clean (say which). wait: the file could not be read now. Messages name
//            place and kind, NEVER content: no name, no header line, no path.
// Never      writes anything to disk.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/base/bytes.hpp"
#include "agent/base/result.hpp"
#include "agent/base/secret.hpp"
#include "agent/base/stop.hpp"
#include "agent/base/workers.hpp"
#include "agent/port/files/files.hpp"
#include "agent/stream/stream.hpp"

namespace tributary::genomics {

/// Numbers reach the disk: never renumber.
enum class Format : std::uint8_t { unknown = 0, fastq = 1, bam = 2, cram = 3, vcf = 4, bcf = 5, bed = 6 };
enum class Compression : std::uint8_t { none = 0, gzip = 1, bgzf = 2 };
enum class ReadNames : std::uint8_t { keep = 0, mask = 1 };
/// Of optional fields of reads. known: those on the list; all: unknown ones, too; none: those that a read needs only.
enum class Tags : std::uint8_t { known = 0, all = 1, none = 2 };
/// Of a joint file: whether a site stays at which no kept column carries a variant. Reference blocks of gVCF always do.
enum class BareSites : std::uint8_t { drop = 0, keep = 1 };
enum class IndexKind : std::uint8_t { none = 0, bai = 1, csi = 2, tbi = 3, crai = 4, gzi = 5 };

std::string_view name_of(Format format);        // "fastq", "bam", ...
std::string_view extension_of(IndexKind kind);  // "bai", ...

/// What a file says of itself. `sample_names` and `identifiers` are IDENTITIES: they stay left of pseudonymise.
struct Facts {
  Format format = Format::unknown;
  Compression compression = Compression::none;
  std::vector<std::string> sample_names;  // distinct @RG SM, or VCF sample columns; empty when the format names none
  std::vector<std::string>
      identifiers;  // further names that the headers hold: @RG LB, gzip FNAME, accounts in paths, ...
  bool coordinate_sorted = false;
};
/// Reads the header only.
Result<Facts> inspect(const files::Fd& file);

/// A sample's column of a joint VCF or BCF that stays.
struct Column {
  std::uint32_t source = 0;  // its number among the sample columns of the source, from 0
  std::uint64_t check = 0;   // `column_check` of its name there: a source that was replaced is noticed
  std::string name;          // replaces that name; [A-Za-z0-9._-]
};
/// A keyed digest of a column's name; `name_key` is that of the transform.
std::uint64_t column_check(const Secret<32>& name_key, std::string_view source_name);

/// Parameters of one transform; small, stored with the recipe. No identity is among them.
struct Transform {
  Format format = Format::unknown;
  std::string sample;           // replaces every sample name; [A-Za-z0-9._-]
  std::vector<Column> columns;  // by rising source; all others are cut. None: the file has one sample at most
  BareSites bare_sites = BareSites::drop;
  ReadNames read_names = ReadNames::keep;
  Tags tags = Tags::known;
  Secret<32> name_key;                // read_names mask: key of the bijection; columns: of their check
  IndexKind index = IndexKind::none;  // made in the same pass
};

/// Where a piece of content stands in its file.
struct Place {
  std::string_view unit;     // "header line", "record", "container field"; of CRAM, whose records come as blocks, also
                             // "read name" and "tag", one a line; scan_content also: "line", "file name"
  std::uint64_t number = 0;  // 1-based, of the first whole unit in the piece
  std::uint64_t units = 1;   // in the piece; scan_content does not count them
};

/// Sees the decompressed result, piece by piece, before it is compressed: whole header lines and whole records only
/// (so that a word is never cut), and container fields (file names in gzip headers, CRAM file ids, ...).
class ContentTap {
 public:
  virtual ~ContentTap() = default;
  /// An error stops the transform with that error.
  [[nodiscard]] virtual Status content(const Place& place, ByteView bytes) = 0;
};

/// A state from which the stream can be continued without reading what lies before.
struct RestartPoint {
  std::uint64_t output_offset = 0;  // of the stream that `read` gives
  Bytes state;                      // opaque; some tens of bytes, in plain gzip some 12 KiB, at most 16 to a file
};

/// A stretch of the output that is made of whole BGZF blocks of the file as they are packed.
struct CopiedRun {
  std::uint64_t output_offset = 0;
  std::uint64_t bytes = 0;         // of the output
  std::uint64_t input_offset = 0;  // of its first block in the file
  std::optional<RestartPoint> behind = {};
  [[nodiscard]] std::uint64_t end() const { return output_offset + bytes; }
};

/// What a whole pass leaves for reading its output again from anywhere.
struct Trace {
  std::vector<RestartPoint> restarts;  // by rising offset
  std::vector<CopiedRun> copied;       // by rising offset; `behind` is among the restarts
};

class CleanSource : public stream::Source {
 public:
  /// After the end: the index's own bytes (uncompressed container as its kind wants it), empty when none was asked for.
  [[nodiscard]] virtual Result<Bytes> index() = 0;
  /// After the end: what was changed, counted per field, e.g. {"header lines dropped", 12}. Names are constants.
  [[nodiscard]] virtual const std::map<std::string, std::uint64_t>& counts() const = 0;
  /// After a `read`: the newest state from which output can be continued, when the format has such.
  [[nodiscard]] virtual std::optional<RestartPoint> restart_point() const { return std::nullopt; }
  /// After the end of a whole pass: stretches worth to be read as they are packed, by rising offset; some hundred at
  /// most.
  [[nodiscard]] virtual std::vector<CopiedRun> copied() const { return {}; }
};

/// How one pass over a file goes; the bytes do not depend on it. What is pointed at outlives the source.
struct Pass {
  ContentTap* tap = nullptr;
  /// The first byte given out is the one at `from->output_offset`; index and counts are then not available.
  const RestartPoint* from = nullptr;
  Workers* workers = nullptr;  // they inflate and deflate BGZF blocks; none: the one that reads does it
  /// Called now and then while much is read of which nothing stays; an error ends the pass with that error.
  std::function<Status()> pulse = {};
};
/// Opens the file for its transform.
Result<std::unique_ptr<CleanSource>> open_clean(files::Fd file, const Transform& transform, const Pass& pass);

/// The output of a whole pass again, from `offset` of it on. What was copied is neither unpacked nor looked at.
/// `transform` and `trace` outlive the source.
/// Failure: give_up, also later: the file is not the one that was read before, as far as that shows.
Result<std::unique_ptr<stream::Source>> open_again(files::Fd file, const Transform& transform, const Trace& trace,
                                                   std::uint64_t offset, Workers* workers);

/// Decompressed content of any file as it stands, for scanning what others made: same pieces as a tap gets, and those
/// that a transform leaves behind (gzip header texts, bytes behind the last member). Text of an unknown format comes
/// as "line"s, UTF-16 once more as UTF-8; `file_name`, unless empty, comes first, as it is given.
Status scan_content(const files::Fd& file, const std::string& file_name, ContentTap& tap, const Stop& stop);

/// Must be called before any other function here, and before there are threads that read the environment; once more is
/// harmless. Keeps htslib from loading network plugins, and the allocator of the program from returning what is needed
/// again at once.
void prepare();

}  // namespace tributary::genomics
