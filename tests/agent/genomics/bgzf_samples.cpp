// tests/agent/genomics/bgzf_samples.cpp: makes and reads compressed files in memory.
#include "tests/agent/genomics/bgzf_samples.hpp"

#include <htslib/bgzf.h>
#include <htslib/hfile.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstdlib>

#include "agent/port/genomics/htslib/bgzf_writer.hpp"

namespace tributary::genomics::sample {

files::Fd file_of(std::string_view bytes) {
  files::Fd file(memfd_create("sample", MFD_CLOEXEC));
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t written = pwrite(file.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (written <= 0) std::abort();
    done += static_cast<std::size_t>(written);
  }
  return file;
}

std::string gzip_of(std::string_view text, const std::string& name) {
  z_stream stream{};
  if (deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) != Z_OK) std::abort();
  std::string mutable_name = name;
  gz_header header{};
  if (!name.empty()) {
    header.name = reinterpret_cast<Bytef*>(mutable_name.data());
    deflateSetHeader(&stream, &header);
  }
  std::string input(text);
  std::string out(deflateBound(&stream, input.size()) + name.size() + 64, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END) std::abort();
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

std::string bgzf_of(std::string_view text, std::size_t block_bytes, bool end_block) {
  BgzfWriter writer;
  while (!text.empty()) {
    const std::string_view piece = text.substr(0, block_bytes);
    if (!writer.write(view(piece)) || !writer.flush()) std::abort();
    text.remove_prefix(piece.size());
  }
  if (end_block && !writer.finish()) std::abort();
  Bytes out(writer.ready_bytes());
  writer.read(out);
  return std::string(tributary::text(out));
}

std::string unpacked(std::string_view compressed) {
  files::Fd file = file_of(compressed);
  lseek(file.get(), 0, SEEK_SET);
  hFILE* stream = hdopen(file.release(), "r");
  BGZF* bgzf = bgzf_hopen(stream, "r");
  std::string out;
  std::array<char, 70000> buffer{};
  while (true) {
    const ssize_t got = bgzf_read(bgzf, buffer.data(), buffer.size());
    if (got < 0) std::abort();
    if (got == 0) break;
    out.append(buffer.data(), static_cast<std::size_t>(got));
  }
  if (bgzf_close(bgzf) != 0) std::abort();
  return out;
}

std::string Gatherer::all(std::string_view unit) const {
  std::string bytes;
  for (const Piece& piece : pieces) {
    if (piece.unit == unit) bytes += piece.bytes;
  }
  return bytes;
}

Cleaned clean(std::string_view bytes, const Transform& transform, ContentTap* tap, const RestartPoint* from,
              std::size_t chunk_bytes, Workers* workers) {
  prepare();
  Cleaned cleaned;
  auto source = open_clean(file_of(bytes), transform, {.tap = tap, .from = from, .workers = workers});
  if (!source) {
    cleaned.error = sentence(source.error());
    cleaned.remedy = source.error().remedy;
    return cleaned;
  }
  cleaned.opened = true;
  Bytes chunk(chunk_bytes);
  while (true) {
    auto got = (*source)->read(chunk);
    if (!got) {
      cleaned.error = sentence(got.error());
      cleaned.remedy = got.error().remedy;
      return cleaned;
    }
    if (*got == 0) break;
    cleaned.stream += text(ByteView(chunk).first(*got));
    auto point = (*source)->restart_point();
    if (point && (cleaned.points.empty() || cleaned.points.back().output_offset != point->output_offset)) {
      cleaned.points.push_back(*point);
    }
  }
  cleaned.complete = true;
  cleaned.counts = (*source)->counts();
  cleaned.copied = (*source)->copied();
  if (from == nullptr) {
    auto index = (*source)->index();
    if (index) cleaned.index = text(*index);
  }
  return cleaned;
}

bool every_point_continues(std::string_view bytes, const Transform& transform, const Cleaned& whole, std::size_t most,
                           Workers* workers) {
  const std::size_t step = std::max<std::size_t>(1, whole.points.size() / most);
  for (std::size_t i = 0; i < whole.points.size(); i += step) {
    const Cleaned rest = clean(bytes, transform, nullptr, &whole.points[i], 10000, workers);
    if (!rest.complete || rest.stream != whole.stream.substr(whole.points[i].output_offset)) return false;
  }
  return true;
}

}  // namespace tributary::genomics::sample
