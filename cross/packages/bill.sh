#!/bin/sh
# cross/packages/bill.sh: what programs are linked with, asked of the programs and of dpkg.
#
# sh bill.sh SYSROOT TRIPLE READELF VERSION NAME FOLDER FILE...; SYSROOT is / for the libraries of this machine.
# Writes FOLDER/NAME.cdx.json, a bill of materials (CycloneDX 1.5) with every library that is loaded at the start, and
# FOLDER/NAME.depends, the packages of those that FILEs name themselves, as a control file wants them (deb-shlibs(5)).
# Exit: 1 when a library belongs to no package, or FILEs name one that libraries.txt does not explain.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
sysroot=${1%/} triple=$2 readelf=$3 version=$4 name=$5 folder=$6
shift 6
LC_ALL=C
export LC_ALL
admin=$sysroot/var/lib/dpkg
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/owner"
dpkg-query --admindir="$admin" -W \
  -f '${Package}\t${Version}\t${Architecture}\t${source:Package}\t${source:Version}\n' >"$work/packages"

needed() { "$readelf" -dW "$@" | sed -n 's/.*(NEEDED).*\[\(.*\)\].*/\1/p' | grep -v '^ld-linux' | sort -u; }
owner() {  # SONAME: its package
  [ -s "$work/owner/$1" ] ||
    dpkg-query --admindir="$admin" -S "*/$triple/$1" 2>/dev/null | sed -n '1s/[:,].*//p' >"$work/owner/$1"
  grep . "$work/owner/$1" || { echo "bill.sh: $1 belongs to no package" >&2; return 1; }
}
# PACKAGE COLUMN: 2 version, 3 processor, 4 source, 5 version of the source
field() { awk -F '\t' -v name="$1" -v column="$2" '$1 == name { print $column; exit }' "$work/packages"; }
purl() {  # PACKAGE: its package URL
  printf 'pkg:deb/debian/%s@%s?arch=%s' "$1" "$(field "$1" 2)" "$(field "$1" 3)" |
    sed 's/+/%2B/g; s/@\([0-9]*\):/@\1%3A/'
}

# work/edges: FROM TO, packages; work/direct, work/all: packages.
needed "$@" >"$work/new"
: >"$work/edges"
: >"$work/seen"
while read -r soname; do owner "$soname"; done <"$work/new" | sort -u >"$work/direct"
while [ -s "$work/new" ]; do
  sort -u "$work/seen" "$work/new" >"$work/now" && mv "$work/now" "$work/seen"
  : >"$work/next"
  while read -r soname; do
    from=$(owner "$soname")
    file=$(ls "$sysroot/usr/lib/$triple/$soname" "$sysroot/lib/$triple/$soname" 2>/dev/null | head -n 1)
    needed "$file" >"$work/its" || true
    while read -r other; do echo "$from $(owner "$other")"; done <"$work/its" >>"$work/edges"
    cat "$work/its" >>"$work/next"
  done <"$work/new"
  sort -u "$work/next" | comm -23 - "$work/seen" >"$work/new"
done
awk '$1 != $2' "$work/edges" | sort -u >"$work/graph"
{ cat "$work/direct"; awk '{ print $1; print $2 }' "$work/graph"; } | sort -u >"$work/all"

# --- what a package must depend on: the `shlibs` of each library that is named, deb-shlibs(5)
needed "$@" | while read -r soname; do
  package=$(owner "$soname")
  shlibs=$(ls "$admin/info/$package.shlibs" "$admin/info/$package":*.shlibs 2>/dev/null | head -n 1)
  stem=${soname%%.so*} number=${soname##*.so.}
  awk -v stem="$stem" -v number="$number" '$1 == stem && $2 == number { $1 = $2 = ""; sub(/^ +/, ""); print }' "$shlibs"
done | sort -u | awk '{ printf "%s%s", (NR > 1 ? ", " : ""), $0 } END { print "" }' >"$folder/$name.depends"

# --- the bill
component() {  # PACKAGE
  source=$(field "$1" 4)
  licence=$(awk -F ' *[|] *' -v name="$source" '$1 == name { print $2 }' "$here/libraries.txt")
  if [ -z "$licence" ] && grep -qx "$1" "$work/direct"; then
    echo "bill.sh: $source is linked: say in libraries.txt under which licence and why" >&2
    exit 1
  fi
  reference=$(purl "$1")
  printf '    {"type": "library", "bom-ref": "%s", "name": "%s", ' "$reference" "$1"
  printf '"version": "%s", "purl": "%s"' "$(field "$1" 2)" "$reference"
  [ -z "$licence" ] || printf ', "licenses": [{"expression": "%s"}]' "$licence"
  printf ', "properties": [{"name": "debian:source", "value": "%s %s"}]}' "$source" "$(field "$1" 5)"
}
depends_on() {  # REFERENCE, packages on standard input
  printf '    {"ref": "%s", "dependsOn": [' "$1"
  separator=
  while read -r package; do
    printf '%s"%s"' "$separator" "$(purl "$package")"
    separator=', '
  done
  printf ']}'
}
{
  printf '{\n  "$schema": "http://cyclonedx.org/schema/bom-1.5.schema.json",\n'
  printf '  "bomFormat": "CycloneDX",\n  "specVersion": "1.5",\n  "version": 1,\n'
  printf '  "metadata": {"component": {"type": "application", "bom-ref": "%s", ' "$name"
  printf '"name": "%s", "version": "%s"}},\n' "$name" "$version"
  printf '  "components": [\n'
  separator=
  while read -r package; do
    printf '%s' "$separator"
    component "$package"
    separator=',
'
  done <"$work/all"
  printf '\n  ],\n  "dependencies": [\n'
  depends_on "$name" <"$work/direct"
  while read -r package; do
    printf ',\n'
    awk -v from="$package" '$1 == from { print $2 }' "$work/graph" | depends_on "$(purl "$package")"
  done <"$work/all"
  printf '\n  ]\n}\n'
} >"$work/bill"
mv "$work/bill" "$folder/$name.cdx.json"
