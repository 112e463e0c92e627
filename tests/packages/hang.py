#!/usr/bin/env python3
"""tests/packages/hang.py: a share whose server never answers: `hang.py PID FOLDER`, as root.

Mounts a file system (FUSE, fuse(4)) on FOLDER as the process PID sees it, agrees on the protocol and then answers
nothing, so whoever looks into FOLDER waits in the kernel, as with a network share that is gone. Says `hangs` when the
mount stands. Ends with SIGTERM: the mount is taken away and whoever waits is told of an error.
"""
import ctypes
import os
import signal
import struct
import sys

MS_NOSUID_NODEV, MNT_DETACH = 6, 2
libc = ctypes.CDLL(None, use_errno=True)


def call(name, *arguments):
    if getattr(libc, name)(*arguments) != 0:
        sys.exit(f"hang.py: {name}: {os.strerror(ctypes.get_errno())}")


def main(pid, folder):
    device = os.open("/dev/fuse", os.O_RDWR)
    call("setns", os.open(f"/proc/{pid}/ns/mnt", os.O_RDONLY), 0)
    options = f"fd={device},rootmode=40000,user_id=0,group_id=0,allow_other"
    call("mount", b"hung", folder.encode(), b"fuse", MS_NOSUID_NODEV, options.encode())
    opening = os.read(device, 1 << 17)
    unique = struct.unpack_from("=8xQ", opening)[0]  # fuse_in_header: len, opcode, unique
    # fuse_init_out: version 7.31, read ahead, flags, background, congestion, largest write; the rest is 0
    answer = struct.pack("=IIIIHHI40x", 7, 31, 4096, 0, 16, 12, 4096)
    os.write(device, struct.pack("=IiQ", 16 + len(answer), 0, unique) + answer)
    print("hangs", flush=True)
    signal.sigwait({signal.SIGTERM})
    call("umount2", folder.encode(), MNT_DETACH)


signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
main(int(sys.argv[1]), sys.argv[2])
