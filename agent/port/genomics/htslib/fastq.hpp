// agent/port/genomics/htslib/fastq.hpp: FASTQ without run, sample or comment, always as BGZF.
//
// Kept       names (or their tokens), comments of exactly Illumina's form `read:filtered:control:index` (under masked
//            names without the index), bases, qualities.
// Dropped    every other comment (nanopore comments name the sample), what stands behind `+`, gzip header texts.
// Accepts    LF and CR LF, a missing last line end, blank lines at the end; a gzip file without any read.
// Failure    give_up: an empty file of 0 bytes, a record that is not four lines of its form, a line over 64 MiB, a
//            truncated or damaged file. The message names the number of the record.
#pragma once

#include <memory>

#include "agent/port/genomics/genomics.hpp"

namespace tributary::genomics {

Result<std::unique_ptr<CleanSource>> open_clean_fastq(files::Fd file, const Transform& transform, const Pass& pass);

/// True for `[1-3]:[YN]:number:[ACGTN+0-9]*`.
bool is_illumina_comment(std::string_view comment);

}  // namespace tributary::genomics
