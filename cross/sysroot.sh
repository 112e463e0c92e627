#!/bin/bash
# cross/sysroot.sh: Debian's libraries for another processor, in a folder: `bash cross/sysroot.sh ARCH DIR [SUITE]`.
#
# ARCH arm64, SUITE bookworm (default) or trixie. Needs no root: packages are downloaded and verified by apt in a
# private state of its own, then only unpacked; no script of theirs runs, and this machine's packages stay as they are.
# DIR/var/lib/dpkg knows which package a library belongs to, for the packages that are built with it.
set -euo pipefail
[ $# -ge 2 ] || { sed -n '2,6s/^# \{0,1\}//p' "$0" >&2; exit 2; }
arch=$1 dir=$(realpath -m "$2") suite=${3:-bookworm}
[ "$dir" != / ] || { echo "sysroot.sh: a folder of its own is needed" >&2; exit 2; }
packages="libc6-dev libgcc-12-dev libstdc++-12-dev libpoco-dev libhts-dev libmbedtls-dev libyaml-cpp-dev libsqlite3-dev
  libcpputest-dev libgcrypt20-dev zlib1g-dev libdeflate-dev linux-libc-dev"
case $arch in
  arm64) packages="$packages libvectorscan-dev libisal-dev" ;;
  *) echo "sysroot.sh: '$arch' is not arm64" >&2; exit 2 ;;
esac
[ "$suite" = bookworm ] || packages=${packages//-12-dev/-14-dev}

mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -m1 '/debian/$') ||
  { echo "sysroot.sh: apt knows no mirror of Debian; run apt-get update" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$dir" "$work"/{lists/partial,cache/archives/partial,none.d}
: >"$work/status"
echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main" >"$work/sources.list"
cat >"$work/apt.conf" <<CONF
APT::Architecture "$arch"; APT::Architectures { "$arch"; }; APT::Sandbox::User "$(id -un)";
APT::Install-Recommends "false"; Acquire::Languages "none"; Debug::NoLocking "true";
Dir::State "$work"; Dir::State::lists "$work/lists"; Dir::State::status "$work/status"; Dir::Cache "$work/cache";
Dir::Etc::sourcelist "$work/sources.list"; Dir::Etc::sourceparts "$work/none.d"; Dir::Etc::preferencesparts "$work/none.d";
CONF
export APT_CONFIG=$work/apt.conf
apt-get update -qq
# shellcheck disable=SC2086 # several words are meant
apt-get install -y -qq --download-only $packages >"$work/log" 2>&1 || { cat "$work/log" >&2; exit 1; }

admin=$dir/var/lib/dpkg
mkdir -p "$admin/info" "$admin/updates"
: >"$admin/status"
for deb in "$work"/cache/archives/*.deb; do
  dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$dir" --keep-directory-symlink --no-same-owner --exclude='./usr/share/doc*' \
    --exclude='./usr/share/man*' --exclude='./usr/share/locale*' --exclude='./var/*' --exclude='./etc/*'
  name=$(dpkg-deb -f "$deb" Package)
  [ "$(dpkg-deb -f "$deb" Multi-Arch)" != same ] || name=$name:$arch
  dpkg-deb --fsys-tarfile "$deb" | tar -t | sed 's/^\.//; s/\/$//; s/^$/\/./' >"$admin/info/$name.list"
  dpkg-deb -I "$deb" shlibs >"$admin/info/$name.shlibs" 2>"$work/log" || rm -f "$admin/info/$name.shlibs"
  { dpkg-deb -f "$deb" | sed '1a Status: install ok installed'; echo; } >>"$admin/status"
done
echo "$arch" >"$admin/arch"
echo 1 >"$admin/info/format"  # the names of files there hold the processor
# As on the target, /lib is /usr/lib; and no link leads out of the folder.
for place in lib lib64 bin sbin; do
  [ -d "$dir/$place" ] && [ ! -L "$dir/$place" ] || continue
  mkdir -p "$dir/usr/$place"
  cp -a "$dir/$place/." "$dir/usr/$place/"
  rm -rf "${dir:?}/$place"
  ln -s "usr/$place" "$dir/$place"
done
find "$dir" -type l -lname '/*' -printf '%p\t%l\n' | while IFS=$'\t' read -r link target; do
  ln -snf "$(realpath -m --relative-to="$(dirname "$link")" "$dir$target")" "$link"
done
echo "$(grep -c '^Package: ' "$admin/status") packages of $suite for $arch, $(du -sm "$dir" | cut -f1) MiB in $dir"
