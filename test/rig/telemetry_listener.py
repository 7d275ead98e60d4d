"""Listens where workers send their measures, and prints each record as a line of JSON.

    python3 telemetry_listener.py SOCKET
"""

import json
import os
import socket
import struct
import sys

NUMBERS = {1: "<Q", 2: "<d", 3: "<q"}


def decode(data):
    magic, version, kind, flags, pid, sequence, stamp = struct.unpack_from("<4sBBHIId", data)
    fields, at = [], 24
    while at < len(data):
        number, type_ = struct.unpack_from("<HB", data, at)
        at += 3
        if type_ in NUMBERS:
            (value,) = struct.unpack_from(NUMBERS[type_], data, at)
            at += 8
        else:
            (length,) = struct.unpack_from("<H", data, at)
            at += 2
            if type_ == 4:
                value = data[at : at + length].decode("latin-1")
                at += length
            else:
                item = "i" if type_ == 5 else "d"
                value = list(struct.unpack_from("<%d%s" % (length, item), data, at))
                at += length * struct.calcsize("<" + item)
        fields.append([number, type_, value])
    return {
        "magic": magic.decode("latin-1"),
        "version": version,
        "kind": kind,
        "flags": flags,
        "pid": pid,
        "sequence": sequence,
        "stamp": stamp,
        "fields": fields,
    }


def listen(path):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(path)
        os.chmod(path, 0o777)
        print("listens", flush=True)
        while True:
            print(json.dumps(decode(listener.recv(65536))), flush=True)


if __name__ == "__main__":
    listen(sys.argv[1])
