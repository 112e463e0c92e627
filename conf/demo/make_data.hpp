// conf/demo/make_data.hpp: the sequencing data of one invented sample, written through htslib.
//
// The bases are computed, not copied: there is no person behind them. The same sample gives the same files, always.
//
// Failure    std::runtime_error with the file that could not be written.
#pragma once

#include <string>

namespace tributary::demo {

/// What the laboratory wrote where it should not, as laboratories do: all of it has to be gone at the repository.
struct Sample {
  int number = 0;  // in the sheet, from 1
  std::string id, library, index, index2;
  std::string comment;  // a line of the BAM's header
  std::string remark;   // behind the name of one pair of reads, where no transform can know it; "": none
};

struct Machine {
  std::string run, instrument, flow_cell;
  int run_number = 0;
};

/// `stem`_R1_001.fastq.gz and `stem`_R2_001.fastq.gz.
void write_reads(const Machine& machine, const Sample& sample, const std::string& stem, int pairs);
/// `stem`.bam and its index.
void write_alignments(const Machine& machine, const Sample& sample, const std::string& stem, int pairs);
/// `stem`.hard-filtered.vcf.gz and its index.
void write_variants(const Sample& sample, const std::string& stem);

}  // namespace tributary::demo
