// agent/cli/crypt4gh.cpp: `tributary crypt4gh`: GA4GH Crypt4GH keys and files, from standard input to standard output.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/base/text.hpp"
#include "agent/cli/commands.hpp"
#include "agent/cli/recipients.hpp"

namespace tributary::cli {
namespace {

class Input final : public stream::Source {
 public:
  explicit Input(files::Fd file) : file_(std::move(file)) {}
  Result<std::size_t> read(MutableByteView into) override {
    for (;;) {
      const ssize_t n = ::read(file_.get(), into.data(), into.size());
      if (n >= 0) return static_cast<std::size_t>(n);
      if (errno != EINTR) return operator_error("the input can not be read");
    }
  }

 private:
  files::Fd file_;
};

Result<std::unique_ptr<stream::Source>> open_input(const std::string& path) {
  if (path.empty() || path == "-")
    return std::unique_ptr<stream::Source>(std::make_unique<Input>(files::Fd(::dup(STDIN_FILENO))));
  auto file = files::open_for_reading(path);
  if (!file) return file.error();
  return std::unique_ptr<stream::Source>(std::make_unique<Input>(std::move(*file)));
}

int pour_into(stream::Source& from, int file) {
  files::FdSink sink(file);
  auto done = stream::copy(from, sink);
  return done ? exit_yes : complain(done.error());
}

// A file appears in its place when it is whole: what was there stays until then, even if it is what we read. A pipe or
// a device just takes the bytes.
int pour(stream::Source& from, const std::string& path) {
  if (path.empty() || path == "-") return pour_into(from, STDOUT_FILENO);
  struct stat info{};
  if (::stat(path.c_str(), &info) == 0 && !S_ISREG(info.st_mode)) {
    const files::Fd there(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (!there.valid()) return complain(operator_error(printable(path) + " can not be written"));
    return pour_into(from, there.get());
  }
  auto draft = files::Draft::make(path, 0600);
  if (!draft) return complain(draft.error());
  if (auto done = stream::copy(from, *draft); !done) return complain(done.error());
  const auto kept = draft->keep();
  return kept ? exit_yes : complain(kept.error());
}

int keygen(const Arguments& arguments) {
  const auto secret_file = arguments.value("--secret");
  const auto public_file = arguments.value("--public");
  if (secret_file.empty() || public_file.empty()) return usage("crypt4gh keygen needs --secret F and --public G");
  if (secret_file == public_file) return usage("crypt4gh keygen: --secret and --public are two files");
  for (const auto& file : {secret_file, public_file}) {
    if (files::exists(file))
      return complain(operator_error(printable(file) + " exists already", "a key is never overwritten"));
  }
  auto passphrase = passphrase_of(arguments);
  if (!passphrase) return complain(passphrase.error());
  auto pair = crypto::x25519_generate();
  if (!pair) return complain(pair.error());
  auto text = crypt4gh::write_secret_key(pair->secret, *passphrase);
  if (!text) return complain(text.error());
  if (auto written = files::write_atomic(secret_file, view(text->reveal()), 0600); !written)
    return complain(written.error());
  const auto open = crypt4gh::write_public_key(pair->public_key);
  if (auto written = files::write_atomic(public_file, view(open), 0644); !written) return complain(written.error());
  return exit_yes;
}

int encrypt(const Arguments& arguments) {
  if (!arguments.has("--recipient")) return usage("crypt4gh encrypt needs at least one --recipient PUB");
  auto recipients = recipients_of(arguments);
  if (!recipients) return complain(recipients.error());
  auto input = open_input(arguments.value("--in"));
  if (!input) return complain(input.error());
  crypt4gh::DataKey key;
  if (auto random = crypto::random(key.fill()); !random) return complain(random.error());
  auto header = crypt4gh::make_header(key, *recipients);
  if (!header) return complain(header.error());
  crypt4gh::EncryptingSource sealed(std::move(*input), key, std::move(*header));
  return pour(sealed, arguments.value("--out"));
}

int decrypt(const Arguments& arguments) {
  if (arguments.value("--secret").empty()) return usage("crypt4gh decrypt needs --secret F");
  auto key = secret_key_of(arguments);
  if (!key) return complain(key.error());
  auto input = open_input(arguments.value("--in"));
  if (!input) return complain(input.error());
  auto plain = crypt4gh::DecryptingSource::open(std::move(*input), *key);
  if (!plain) return complain(plain.error());
  return pour(**plain, arguments.value("--out"));
}

int run_crypt4gh(Context&, const Arguments& arguments) {
  const auto what = arguments.rest().size() == 1 ? arguments.rest().front() : "";
  if (what == "keygen") return keygen(arguments);
  if (what == "encrypt") return encrypt(arguments);
  if (what == "decrypt") return decrypt(arguments);
  return usage("crypt4gh needs one of: keygen, encrypt, decrypt");
}

}  // namespace

Command crypt4gh_command() {
  return {"crypt4gh",
          "crypt4gh keygen --secret F --public G [--passphrase-file P] | encrypt --recipient PUB... [--in F] [--out G] "
          "| decrypt --secret F [--passphrase-file P] [--in F] [--out G]",
          "makes keys, encrypts and decrypts GA4GH Crypt4GH 1.0 files",
          "Standard input and output by default; --recipient may be repeated.",
          {"--secret", "--public", "--passphrase-file", "--recipient", "--in", "--out"},
          {},
          run_crypt4gh};
}

}  // namespace tributary::cli
