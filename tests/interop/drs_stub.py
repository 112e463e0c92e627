# tests/interop/drs_stub.py: a DRS front with the write extension for an object store on this machine.
#
# Hands out the store's own credentials, and registers an object only when the bytes in the store have the size and SHA-256
# that are claimed: read in the store's folder (--data-dir; standard library only) or asked of the store with boto3.
# Whoever talks to it must bring the bearer token. Not a server for anything but a test.
import argparse
import hashlib
import json
import os
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BASE = "/ga4gh/drs/v1"
arguments = argparse.ArgumentParser()
for name in ("port", "bucket", "endpoint", "access-key", "secret-key", "token"):
    arguments.add_argument("--" + name, required=True)
arguments.add_argument("--data-dir")
settings = arguments.parse_args()
lock = threading.Lock()
objects = {}


def utc(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


def sha256_of(checksums):
    for item in checksums:
        if item["type"].lower().replace("-", "") == "sha256":
            return item["checksum"].lower()
    return None


class Folder:
    """The store's own folder."""

    def path(self, key):
        return os.path.join(settings.data_dir, settings.bucket, key)

    def has(self, key):
        return ".." not in key.split("/") and os.path.isfile(self.path(key))

    def open(self, key):
        return open(self.path(key), "rb")

    def remove(self, key):
        os.unlink(self.path(key))


class Asked:
    """The store as another client sees it."""

    def __init__(self):
        import boto3
        self.s3 = boto3.client("s3", endpoint_url=settings.endpoint, region_name="us-east-1",
                               aws_access_key_id=settings.access_key, aws_secret_access_key=settings.secret_key)

    def has(self, key):
        return key in [item["Key"] for item in
                       self.s3.list_objects_v2(Bucket=settings.bucket, Prefix=key).get("Contents", [])]

    def open(self, key):
        return self.s3.get_object(Bucket=settings.bucket, Key=key)["Body"]

    def remove(self, key):
        self.s3.delete_object(Bucket=settings.bucket, Key=key)


store = Folder() if settings.data_dir else Asked()


def stored(url):
    """The key that s3://bucket/key stands for, if the store has it."""
    prefix = "s3://" + settings.bucket + "/"
    key = url[len(prefix):]
    return key if url.startswith(prefix) and store.has(key) else None


def measured(key):
    """Size and SHA-256 of what is stored."""
    sha, size = hashlib.sha256(), 0
    with store.open(key) as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            sha.update(block)
            size += len(block)
    return size, sha.hexdigest()


def grant(request):
    key = os.urandom(6).hex() + "/" + request["name"]
    method = {
        "type": "s3",
        "access_url": {"url": "s3://" + settings.bucket + "/" + key},
        "region": "us-east-1",
        "upload_details": {
            "endpoint": settings.endpoint, "bucket": settings.bucket, "key": key,
            "access_key_id": settings.access_key, "secret_access_key": settings.secret_key,
            "expires_at": utc(time.time() + 3600),
        },
    }
    answer = {name: request[name] for name in ("name", "size", "mime_type", "checksums")}
    return dict(answer, upload_methods=[method])


def register(candidate):
    key = stored(candidate["access_methods"][0]["access_url"]["url"])
    if key is None:
        raise ValueError("nothing is stored there")
    size, sha256 = measured(key)
    if size != candidate["size"]:
        raise ValueError("size: %d bytes are stored" % size)
    if sha256 != sha256_of(candidate["checksums"]):
        raise ValueError("sha-256: another one is stored")
    if not candidate.get("controlled_access"):
        raise ValueError("controlled_access: is missing")
    made = dict(candidate, id="obj-" + os.urandom(6).hex(), created_time=utc(time.time()))
    made["self_uri"] = "drs://stub.example.org/" + made["id"]
    return made


class Front(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, text, *values):
        print("%.3f" % time.time(), text % values, flush=True)

    def answer(self, status, body=None):
        data = b"" if body is None else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def handle_one(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length) or b"{}")
        path = urllib.parse.urlsplit(self.path).path
        if self.headers.get("Authorization") != "Bearer " + settings.token:
            return self.answer(401, {"msg": "a bearer token is needed", "status_code": 401})
        try:
            with lock:
                status, reply = self.act(self.command, path[len(BASE):] if path.startswith(BASE) else "", body)
        except (KeyError, IndexError, TypeError, ValueError) as problem:
            status, reply = 400, {"msg": str(problem), "status_code": 400}
        return self.answer(status, reply)

    do_GET = do_POST = do_PUT = handle_one

    def act(self, verb, path, body):
        parts = path.strip("/").split("/")
        if (verb, path) == ("GET", "/service-info"):
            return 200, {
                "id": "stub", "name": "stub", "type": {"group": "org.ga4gh", "artifact": "drs", "version": "1.5.0"},
                "organization": {"name": "stub", "url": "https://stub.example.org"}, "version": "1",
                "maxBulkRequestLength": 100,
                "drs": {"maxBulkRequestLength": 100, "uploadRequestSupported": True, "objectRegistrationSupported": True,
                        "supportedUploadMethodTypes": ["s3"], "deleteSupported": True, "deleteStorageDataSupported": True,
                        "fetchByChecksumSupported": True, "validateChecksums": True, "validateFileSizes": True,
                        "controlledAccessSupported": True}}
        if (verb, path) == ("POST", "/upload-request"):
            return 200, {"responses": [grant(request) for request in body["requests"]]}
        if (verb, path) == ("POST", "/objects/register"):
            made = [register(candidate) for candidate in body["candidates"]]
            objects.update({item["id"]: item for item in made})
            return 201, {"objects": made}
        if verb == "GET" and len(parts) == 3 and parts[:2] == ["objects", "checksum"]:
            found = [item for item in objects.values() if sha256_of(item["checksums"]) == parts[2].lower()]
            return 200, {"summary": {"requested": 1, "resolved": len(found), "unresolved": 0 if found else 1},
                         "unresolved_drs_objects": [], "resolved_drs_object": found}
        if len(parts) >= 2 and parts[0] == "objects" and parts[1] not in objects:
            return 404, {"msg": "there is no such object", "status_code": 404}
        if verb == "GET" and len(parts) == 2 and parts[0] == "objects":
            return 200, objects[parts[1]]
        if verb == "PUT" and len(parts) == 3 and parts[0] == "objects" and parts[2] == "delete":
            gone = objects.pop(parts[1])
            key = stored(gone["access_methods"][0]["access_url"]["url"])
            if body.get("delete_storage_data") and key is not None:
                store.remove(key)
            return 204, None
        return 404, {"msg": "there is no such route", "status_code": 404}


ThreadingHTTPServer(("127.0.0.1", int(settings.port)), Front).serve_forever()
