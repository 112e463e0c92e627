// agent/port/genomics/htslib/alignment.hpp: BAM and CRAM, made clean and scanned.
//
// BAM        records are cut out, their tags filtered by record_tags.hpp, RG:Z renamed, names masked when asked for,
//            and packed again; an untouched record keeps its bytes. Restart points stand at BGZF blocks.
// CRAM       2.1, 3.0 and 3.1 are made clean without decoding bases, so no reference is needed: the file id is
//            blanked, the header replaced, and containers are copied as they are unless names are masked or a tag must
//            go; then only the blocks concerned are replaced. Restart points stand at containers.
// Tap        BAM: header lines, then records as they will be, in pieces of 256 KiB and more. CRAM: header lines, then
//            each block of each slice, decompressed and whole: names and tags stand there as unbroken bytes.
// Counts     BAM counts tags record by record; CRAM, which is not decoded, counts the containers that lost a tag.
// Index      bai (csi when a contig is longer than 2^29-1 or csi was asked for) and crai; sorted files only.
// Headers    of any length: lines that go are not held. Of contigs and read groups 16 MiB at most.
// Threads    one at a time per object; workers inflate and pack blocks of BAM, and make containers of CRAM clean.
// Failure    give_up: damaged, truncated, several samples, or a construct that can not be made clean.
// Never      opens a file by name, a reference or the network. The offset of a BAM's open file moves: one reader of an
//            open file at a time.
#pragma once

#include <memory>

#include "agent/base/result.hpp"
#include "agent/base/stop.hpp"
#include "agent/port/genomics/genomics.hpp"

namespace tributary::genomics {

/// `transform.format` says bam or cram; a file that is something else is refused.
Result<std::unique_ptr<CleanSource>> open_clean_alignment(files::Fd file, const Transform& transform, const Pass& pass);

/// Everything a BAM or CRAM file holds, decompressed and as it stands.
Status scan_alignment(const files::Fd& file, ContentTap& tap, const Stop& stop);

}  // namespace tributary::genomics
