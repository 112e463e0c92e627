#!/usr/bin/env bash
# tests/interop/stores.sh: the same run into object stores of other families: OpenStack Swift (s3api) and moto.
#
# boto3 looks at what they hold. Behind the same DRS front as s3.sh.
. "$(dirname "$0")/common.sh"
needs python3 gzip sha256sum
needs moto_server
cd "$work" || exit 1
reads=80000
. "$here/laboratory.sh"
python=$(dirname "$(command -v moto_server)")/python3
"$python" -c 'import boto3' 2>/dev/null || { skipped boto3; exit 0; }
export AWS_EC2_METADATA_DISABLED=true

start_moto() {
  access=AKINTEROP secret=interop-secret
  moto_server -H 127.0.0.1 -p "$store_port" >store.log 2>&1 &
  started+=($!)
  answers "$store_port"
}

# One node of each kind, one replica, and s3api with tempauth before it.
start_swift() {
  access=test:tester secret=interop-secret
  local swift=$work/swift kind _
  mkdir -p "$swift/srv/d1"
  printf '[swift-hash]\nswift_hash_path_suffix = a\nswift_hash_path_prefix = b\n\n[storage-policy:0]\nname = one\ndefault = yes\n' >"$swift/swift.conf"
  for kind in account container object; do
    local port
    port=$(free_port)
    (cd "$swift" && swift-ring-builder $kind.builder create 4 1 0 &&
      swift-ring-builder $kind.builder add "r1z1-127.0.0.1:$port/d1" 1 && swift-ring-builder $kind.builder rebalance)
    printf '[DEFAULT]\nbind_ip = 127.0.0.1\nbind_port = %s\nuser = %s\nswift_dir = %s\ndevices = %s/srv\nmount_check = false\nworkers = 0\n[pipeline:main]\npipeline = %s-server\n[app:%s-server]\nuse = egg:swift#%s\n' \
      "$port" "$(id -un)" "$swift" "$swift" $kind $kind $kind >"$swift/$kind.conf"
    swift-$kind-server "$swift/$kind.conf" >"$swift/$kind.log" 2>&1 &
    started+=($!)
    answers "$port" || { cat "$swift/$kind.log"; return 1; }
  done
  local memory
  memory=$(free_port)
  memcached -l 127.0.0.1 -p "$memory" -m 16 -u nobody >memcached.log 2>&1 &
  started+=($!)
  {
    printf '[DEFAULT]\nbind_ip = 127.0.0.1\nbind_port = %s\nuser = %s\nswift_dir = %s\nworkers = 0\n' "$store_port" "$(id -un)" "$swift"
    printf '[pipeline:main]\npipeline = catch_errors cache listing_formats bulk s3api tempauth copy slo dlo symlink proxy-server\n'
    printf '[app:proxy-server]\nuse = egg:swift#proxy\naccount_autocreate = true\n'
    printf '[filter:cache]\nuse = egg:swift#memcache\nmemcache_servers = 127.0.0.1:%s\n' "$memory"
    printf '[filter:s3api]\nuse = egg:swift#s3api\nlocation = us-east-1\nmin_segment_size = 5242880\n'
    printf '[filter:tempauth]\nuse = egg:swift#tempauth\nuser_test_tester = %s .admin\n' "$secret"
    for kind in catch_errors listing_formats bulk symlink copy slo dlo; do
      printf '[filter:%s]\nuse = egg:swift#%s\n' $kind $kind
    done
  } >"$swift/proxy.conf"
  swift-proxy-server "$swift/proxy.conf" >store.log 2>&1 &
  started+=($!)
  answers "$store_port"
}

s3() {  # s3 PYTHON: with `s3`, a client, and `keys`, the keys in the bucket
  "$python" - "$store_port" "$access" "$secret" <<PY
import boto3, hashlib, json, sys
s3 = boto3.client("s3", endpoint_url="http://127.0.0.1:" + sys.argv[1], region_name="us-east-1",
                  aws_access_key_id=sys.argv[2], aws_secret_access_key=sys.argv[3])
def keys():
    return [item["Key"] for item in s3.list_objects_v2(Bucket="bucket").get("Contents", [])]
$1
PY
}
make_bucket() { s3 's3.create_bucket(Bucket="bucket")'; }
start_front() {
  drs_port=$(free_port)
  "$python" "$here/drs_stub.py" --port "$drs_port" --bucket bucket --token token-of-the-test \
    --endpoint "http://127.0.0.1:$store_port" --access-key "$access" --secret-key "$secret" >drs.log 2>&1 &
  started+=($!)
  answers "$drs_port" && configure 400Mbit/s
}
stops_and_goes_on() {  # as a machine that is switched off in the middle
  configure 24Mbit/s
  "$tributaryd" --config tributary.yaml --once >first.log 2>&1 &
  local pid=$! _
  for _ in $(seq 600); do
    s3 'sys.exit(0 if any(s3.list_parts(Bucket="bucket", Key=u["Key"], UploadId=u["UploadId"]).get("Parts")
         for u in s3.list_multipart_uploads(Bucket="bucket").get("Uploads", [])) else 1)' 2>/dev/null && break
    kill -0 "$pid" 2>/dev/null || break
  done
  kill -KILL "$pid" 2>/dev/null || { echo "it ended before it could be killed"; cat first.log; return 1; }
  wait "$pid" 2>/dev/null
  configure 400Mbit/s
  once 3
}
holds_what_the_receipt_says() {
  receipts >receipts.json && s3 '
kept = {}
for key in keys():
    data = s3.get_object(Bucket="bucket", Key=key)["Body"].read()
    kept[key.rsplit("/", 1)[1]] = (len(data), hashlib.sha256(data).hexdigest())
claimed = {o["name"]: (o["size"], o["sha256"]) for r in json.load(open("receipts.json")) for o in r["objects"]}
assert len(claimed) == 3 and claimed == kept, (claimed, kept)'
}
no_upload_is_left() { s3 'assert not s3.list_multipart_uploads(Bucket="bucket").get("Uploads")'; }
withdrawn() { subjects withdrawn && sleep 1 && once 3 && told state withdrawn && s3 'assert not keys()'; }

for store in moto swift; do
  if [ $store = swift ] && ! { command -v swift-proxy-server && command -v swift-object-server && command -v memcached; } >/dev/null; then
    skipped swift
    continue
  fi
  store_port=$(free_port)
  rm -rf state runs ./*.key ./*.pub ./*.sec
  verdict "$store: a laboratory, a run and keys are made" make_laboratory
  verdict "$store: it answers and has a bucket" eval "start_$store && make_bucket && start_front"
  verdict "$store: after a kill in the middle the next start delivers what is permitted" stops_and_goes_on
  verdict "$store: it holds what the receipt says, and nothing else" holds_what_the_receipt_says
  verdict "$store: no unfinished upload is left" no_upload_is_left
  verdict "$store: a withdrawal deletes the objects" withdrawn
done
