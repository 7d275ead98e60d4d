"""The codec of the worker package for test/fuzz/channel.test.ts: a line is a stream of bytes in pieces, in hexadecimal
with blanks between them; the answer is what was taken apart, put together again, or that it was refused."""

import json
import sys

from modwsgi_dev_worker import protocol as p


def again(frame_type, payload):
    if frame_type in (p.HELLO, p.MESSAGE):
        return p.encode_json(p.decode_json(payload))
    if frame_type == p.REQUEST:
        return p.encode_request(*p.decode_request(payload))
    if frame_type == p.RESPONSE:
        return p.encode_response(*p.decode_response(payload))
    return payload


def answer(pieces):
    decoder = p.FrameDecoder()
    frames = []
    try:
        for piece in pieces:
            frames += decoder.feed(bytes.fromhex(piece))
    except p.ProtocolError:
        return {"refused": True}
    return {
        "frames": [[kind, p.encode_frame(kind, again(kind, payload)).hex()] for kind, payload in frames],
        "pending": decoder.pending,
    }


for line in sys.stdin:
    print(json.dumps(answer(line.split())))
