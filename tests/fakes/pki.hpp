// tests/fakes/pki.hpp: a certification authority for tests: servers and clients, of any name and validity.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace tributary::fakes {

enum class Usage : std::uint8_t { server, client };

struct Leaf {
  std::string name = "localhost";
  std::vector<std::string> dns = {"localhost"};
  std::vector<std::string> addresses;  // IPv4, as in 127.0.0.1
  Usage usage = Usage::server;
  std::string from = "20200101000000", until = "20991231235959";
};

struct CertificateFiles {
  std::string cert_file, key_file;
};

/// Ends the test program when the library refuses: a test without certificates says nothing.
class Authority {
 public:
  /// Writes `<name>.pem` into the directory.
  Authority(const std::string& directory, const std::string& name);
  ~Authority();
  Authority(const Authority&) = delete;
  Authority& operator=(const Authority&) = delete;

  [[nodiscard]] const std::string& ca_file() const { return ca_file_; }
  CertificateFiles issue(const Leaf& leaf);

 private:
  struct State;
  std::string directory_, name_, ca_file_;
  std::unique_ptr<State> state_;
  int issued_ = 0;
};

}  // namespace tributary::fakes
