// agent/plugin/loader.cpp: finds plugins by name and checks them.
#include "agent/plugin/loader.hpp"

#include <dirent.h>
#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdlib>

#include "agent/base/text.hpp"

namespace tributary::plugin {
namespace {

Status safe_owner(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return operator_error("plugin " + printable(path) + ": not there");
  if (info.st_uid != 0 && info.st_uid != ::geteuid()) {
    return operator_error("plugin " + printable(path) + ": belongs to another user", "give it to root: chown root");
  }
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return operator_error("plugin " + printable(path) + ": others may write to it", "take that right away: chmod go-w");
  }
  return {};
}

Status fits(const tributary_descriptor& plugin, tributary_kind kind, const std::string& name) {
  const auto version = [](std::uint32_t major, std::uint32_t minor) {
    return std::to_string(major) + "." + std::to_string(minor);
  };
  if (plugin.size < sizeof(tributary_descriptor) || plugin.abi_major != TRIBUTARY_ABI_MAJOR ||
      plugin.abi_minor > TRIBUTARY_ABI_MINOR) {
    return operator_error("plugin " + name + ": made for ABI " + version(plugin.abi_major, plugin.abi_minor) +
                              ", this agent has " + version(TRIBUTARY_ABI_MAJOR, TRIBUTARY_ABI_MINOR),
                          "install the plugin that belongs to this version of tributary");
  }
  if (plugin.kind != kind) {
    return operator_error("plugin " + name + ": is of kind " + std::string(name_of(plugin.kind)) + ", wanted is " +
                          std::string(name_of(kind)));
  }
  if (plugin.name == nullptr || plugin.version == nullptr || plugin.ops == nullptr) {
    return operator_error("plugin " + name + ": its descriptor is not complete");
  }
  return {};
}

}  // namespace

std::string_view name_of(tributary_kind kind) {
  switch (kind) {
    case TRIBUTARY_INSTRUMENT:
      return "instrument";
    case TRIBUTARY_CONSENT:
      return "consent";
    case TRIBUTARY_DESTINATION:
      return "destination";
    case TRIBUTARY_INGEST:
      return "ingest";
    case TRIBUTARY_PSEUDONYMS:
      return "pseudonyms";
    case TRIBUTARY_NOTIFICATION:
      return "notification";
    default:
      return "unknown";
  }
}

std::vector<std::string> Loader::names() const {
  std::vector<std::string> found;
  DIR* directory = ::opendir(directory_.c_str());
  if (directory == nullptr) return found;
  while (const dirent* entry = ::readdir(directory)) {
    const std::string file = entry->d_name;
    if (file.size() > 3 && file.ends_with(".so")) found.push_back(file.substr(0, file.size() - 3));
  }
  ::closedir(directory);
  std::sort(found.begin(), found.end());
  return found;
}

Result<const tributary_descriptor*> Loader::load(tributary_kind kind, const std::string& name) const {
  const auto there = names();
  if (std::find(there.begin(), there.end(), name) == there.end()) {
    return operator_error("no plugin '" + printable(name) + "' in " + printable(directory_),
                          there.empty() ? "check plugin_dir" : "there are: " + join(there, ", "));
  }
  // Where it really lies: a link must not lead to a place where others may exchange it.
  std::array<char, PATH_MAX> real{};
  if (::realpath((directory_ + "/" + name + ".so").c_str(), real.data()) == nullptr)
    return operator_error("plugin " + name + ": its file is not there", "install it again");
  const std::string path = real.data();
  for (const auto& place : {directory_, path.substr(0, path.rfind('/')), path}) {
    if (auto safe = safe_owner(place); !safe) return safe.error();
  }
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr)
    return operator_error("plugin " + name + ": " + printable(::dlerror()), "install what it needs");
  auto* entry = reinterpret_cast<tributary_entry*>(::dlsym(library, "tributary_plugin"));
  const tributary_descriptor* descriptor = entry != nullptr ? entry() : nullptr;
  if (descriptor == nullptr) {
    return operator_error("plugin " + name + ": " + printable(path) +
                          " is no plugin of tributary: it has no 'tributary_plugin'");
  }
  if (auto good = fits(*descriptor, kind, name); !good) return good.error();
  return descriptor;
}

std::string default_directory() {
  std::array<char, PATH_MAX> buffer{};
  const ssize_t n = ::readlink("/proc/self/exe", buffer.data(), buffer.size() - 1);
  std::string program(buffer.data(), n > 0 ? static_cast<std::size_t>(n) : 0);
  program = program.substr(0, program.rfind('/'));
  struct stat info{};
  const std::string parent = program.substr(0, program.rfind('/'));
  for (const auto& candidate :
       {parent + "/plugins", parent + "/" TRIBUTARY_LIBDIR "/tributary/plugins", parent + "/lib/tributary/plugins"}) {
    if (::stat(candidate.c_str(), &info) == 0) return candidate;
  }
  return "/usr/lib/tributary/plugins";
}

}  // namespace tributary::plugin
