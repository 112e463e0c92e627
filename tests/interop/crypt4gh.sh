#!/usr/bin/env bash
# tests/interop/crypt4gh.sh: Crypt4GH containers both ways between tributary and the Python reference.
. "$(dirname "$0")/common.sh"
needs crypt4gh crypt4gh-keygen cmp
cd "$work" || exit 1
export C4GH_PASSPHRASE=correct-horse

key_pairs() {
  crypt4gh-keygen --sk theirs.sec --pk theirs.pub --nocrypt -f &&
    printf '%s\n%s\n' "$C4GH_PASSPHRASE" "$C4GH_PASSPHRASE" | setsid -w crypt4gh-keygen --sk locked.sec --pk locked.pub -f &&
    "$tributary" crypt4gh keygen --secret ours.sec --public ours.pub
}
ours_to_them() { "$tributary" crypt4gh encrypt --recipient theirs.pub <"$1" >box && crypt4gh decrypt --sk theirs.sec <box | cmp - "$1"; }
ours_to_both() {
  "$tributary" crypt4gh encrypt --recipient theirs.pub --recipient ours.pub --in "$1" --out box2 &&
    crypt4gh decrypt --sk theirs.sec <box2 | cmp - "$1" && "$tributary" crypt4gh decrypt --secret ours.sec <box2 | cmp - "$1"
}
theirs_to_us() { crypt4gh encrypt --sk theirs.sec --recipient_pk ours.pub <"$1" >box && "$tributary" crypt4gh decrypt --secret ours.sec <box | cmp - "$1"; }
theirs_to_both() {
  crypt4gh encrypt --sk theirs.sec --recipient_pk theirs.pub --recipient_pk ours.pub <"$1" >box &&
    "$tributary" crypt4gh decrypt --secret ours.sec --in box --out plain && cmp plain "$1"
}
with_their_passphrase() {
  printf '%s\n' "$C4GH_PASSPHRASE" >word && crypt4gh encrypt --sk theirs.sec --recipient_pk locked.pub <"$1" >box &&
    "$tributary" crypt4gh decrypt --secret locked.sec --passphrase-file word --in box | cmp - "$1"
}
with_our_passphrase() {
  printf '%s\n' "$C4GH_PASSPHRASE" >word && "$tributary" crypt4gh keygen --secret shut.sec --public shut.pub --passphrase-file word &&
    "$tributary" crypt4gh encrypt --recipient shut.pub <"$1" >box && crypt4gh decrypt --sk shut.sec <box | cmp - "$1"
}
with_our_secret() { "$tributary" crypt4gh encrypt --recipient ours.pub <"$1" >box && crypt4gh decrypt --sk ours.sec <box | cmp - "$1"; }
same_length() {
  local ours theirs
  ours=$("$tributary" crypt4gh encrypt --recipient theirs.pub <"$1" | wc -c)
  theirs=$(crypt4gh encrypt --sk theirs.sec --recipient_pk theirs.pub <"$1" | wc -c)
  [ "$ours" -eq "$theirs" ] || { echo "$ours and $theirs bytes"; return 1; }
}
stranger_is_refused() {
  crypt4gh-keygen --sk stranger.sec --pk stranger.pub --nocrypt -f &&
    crypt4gh encrypt --sk theirs.sec --recipient_pk theirs.pub <"$1" >box &&
    exits 1 "$tributary" crypt4gh decrypt --secret stranger.sec --in box --out nothing && [ ! -s nothing ]
}

verdict "keys of both programs are made" key_pairs
for size in 0 1 65535 65536 65537 200000; do
  head -c "$size" /dev/urandom >plain.$size
  verdict "the reference opens $size bytes of ours" ours_to_them plain.$size
  verdict "two recipients open $size bytes of ours" ours_to_both plain.$size
  verdict "we open $size bytes of the reference" theirs_to_us plain.$size
  verdict "both containers of $size bytes are equally long" same_length plain.$size
done
verdict "we open what the reference wrote for two recipients" theirs_to_both plain.200000
verdict "the reference reads a secret key of ours" with_our_secret plain.65537
verdict "the reference reads a secret key of ours that has a passphrase" with_our_passphrase plain.65537
verdict "we read a secret key of the reference that has a passphrase" with_their_passphrase plain.65537
verdict "a stranger's key opens nothing and leaves no file" stranger_is_refused plain.65537

vectors=${TRIBUTARY_SHARED_DATA:-/nonexistent}/crypt4gh
if [ ! -d "$vectors" ]; then
  skipped "shared data (TRIBUTARY_SHARED_DATA)"
  exit 0
fi
same() { "$tributary" crypt4gh decrypt --secret go.sec --passphrase-file go.word <"$vectors/sample.txt.enc" | cmp - "$vectors/sample.txt"; }
sed -n '/BEGIN CRYPT4GH ENCRYPTED PRIVATE/,/END/p' "$vectors/keys-password.txt" >go.sec
printf 'password\n' >go.word
verdict "a container of the Go implementation opens with its scrypt key" same
for file in "$vectors"/testfile.*; do
  verdict "the reference opens ${file##*/} of ours" ours_to_them "$file"
  verdict "we open ${file##*/} of the reference" theirs_to_us "$file"
done
for name in alice bob; do
  addressed() { "$tributary" crypt4gh encrypt --recipient "$vectors/$name.pub" <plain.65537 >box && C4GH_PASSPHRASE=$name crypt4gh decrypt --sk "$vectors/$name.sec" <box | cmp - plain.65537; }
  verdict "$name opens with the reference what we wrote for $name" addressed
done
