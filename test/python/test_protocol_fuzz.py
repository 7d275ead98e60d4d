"""The codec and its readers under random bytes: nothing but ProtocolError may come out, and where the bytes are cut
makes no difference. FUZZ_INPUTS and FUZZ_SEED are set by `npm run fuzz -- channel`."""

import json
import os
import random
import socket
import unittest
from _thread import allocate_lock
from typing import Any, List, Optional, Tuple
from unittest import mock

from fake_supervisor import p
from modwsgi_dev_worker import intake as intake_module
from modwsgi_dev_worker.connection import Connection, ConnectionLost
from modwsgi_dev_worker.intake import BadIntake, Intake

INPUTS = int(os.environ.get("FUZZ_INPUTS", "1000"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))

Frame = Tuple[int, bytes]
ODD_JSON = ["", "{", "[]", "1", "null", "NaN", " {}", "{} ", "\ufeff{}", '{"type":1}', '{"type":"x"}x', '"\\ud800"', "{}"]


def text(dice: random.Random, low: int, high: int, longest: int) -> str:
    return "".join([chr(dice.randint(low, high)) for _ in range(dice.randint(0, longest))])


def noise(dice: random.Random, longest: int) -> bytes:
    return bytes([dice.randrange(256) for _ in range(dice.randint(0, longest))])


def value(dice: random.Random, depth: int = 3) -> Any:
    """Anything that JSON has, with halves of surrogate pairs in its texts."""
    kind = dice.randrange(7 if depth else 5)
    if kind == 0:
        return dice.choice([None, True, False])
    if kind == 1:
        return dice.choice([0, -1, 10**30, dice.getrandbits(64)])
    if kind == 2:
        return dice.choice([0.5, -1e300, dice.random()])
    if kind in (3, 4):
        return text(dice, 0, 0xFFFF, 5)
    if kind == 5:
        return [value(dice, depth - 1) for _ in range(dice.randrange(4))]
    return {text(dice, 0, 0xFFFF, 3): value(dice, depth - 1) for _ in range(dice.randrange(4))}


def pairs(dice: random.Random) -> List[Tuple[str, str]]:
    return [(text(dice, 1, 255, 6), text(dice, 1, 255, 12)) for _ in range(dice.randrange(5))]


def good_frame(dice: random.Random) -> Frame:
    frame_type = dice.choice(sorted(p.FRAME_TYPES))
    number = p.NUMBER.pack(dice.getrandbits(32))
    if frame_type in (p.HELLO, p.MESSAGE):
        return frame_type, p.encode_json({"type": text(dice, 0, 0xFFFF, 4), "value": value(dice)})
    if frame_type == p.REQUEST:
        kind = dice.randrange(3)
        body = noise(dice, 50) if kind == p.BODY_WHOLE else b""
        return frame_type, p.encode_request(dice.getrandbits(32), kind, pairs(dice), body)
    if frame_type == p.RESPONSE:
        status = "200 " + text(dice, 1, 255, 5)
        flags = dice.choice([0, 1, 3])
        return frame_type, p.encode_response(
            dice.getrandbits(32), flags, status, pairs(dice), noise(dice, 50)
        )
    if frame_type in (p.CONTINUE, p.RETRY):
        return frame_type, number
    if frame_type == p.ABORT:
        return frame_type, number + bytes([dice.randint(1, 2)])
    if frame_type == p.END:
        return frame_type, number + bytes([dice.randrange(5)])
    return frame_type, b"" if frame_type == p.BODY_END else noise(dice, 50)


def odd_frame(dice: random.Random) -> bytes:
    frame_type = dice.choice(sorted(p.FRAME_TYPES))
    if frame_type in (p.HELLO, p.MESSAGE) and dice.random() < 0.7:
        return p.encode_frame(frame_type, dice.choice(ODD_JSON).encode("utf-8", "surrogatepass"))
    if frame_type in (p.REQUEST, p.RESPONSE) and dice.random() < 0.7:
        return p.encode_frame(frame_type, odd_section(dice))
    return p.encode_frame(frame_type, noise(dice, 30))


def odd_section(dice: random.Random) -> bytes:
    """Kind and flags, the number of texts and their length are only nearly right."""
    texts = "\0".join([text(dice, 1, 255, 3) for _ in range(dice.randrange(5))]).encode("latin-1")
    length = max(0, len(texts) + dice.choice([-1, 0, 0, 0, 1]))
    return p.SECTION.pack(dice.getrandbits(32), dice.randrange(5), length) + texts


def stream_of(frames: List[Frame]) -> bytes:
    return b"".join([p.encode_frame(*frame) for frame in frames])


def any_stream(dice: random.Random) -> bytes:
    kind = dice.randrange(3)
    if kind == 0:
        return noise(dice, 40)
    stream = bytearray(stream_of([good_frame(dice) for _ in range(dice.randrange(4))]))
    if kind == 1:
        return bytes(stream) + odd_frame(dice)
    for _ in range(dice.randint(1, 3)):
        # Most of what can be wrong stands in the first bytes of a frame, and is wrong by little.
        at = dice.choice([dice.randrange(1000), dice.randrange(15)]) % max(1, len(stream))
        if stream:
            stream[at] = (stream[at] + dice.choice([1, 2, 254, 255, dice.randrange(256)])) % 256
    return bytes(stream)


def cut(dice: random.Random, stream: bytes) -> List[bytes]:
    ends = sorted([dice.randint(0, len(stream)) for _ in range(dice.randrange(6))])
    return [stream[start:end] for start, end in zip([0] + ends, ends + [len(stream)])]


def decoded(pieces: List[bytes]) -> Optional[Tuple[List[Frame], int]]:
    """The frames and the number of bytes that wait; None where they are refused."""
    decoder = p.FrameDecoder()
    frames: List[Frame] = []
    try:
        for piece in pieces:
            frames += decoder.feed(piece)
    except p.ProtocolError:
        return None
    return frames, decoder.pending


def received(stream: bytes, take: Any) -> Tuple[List[Any], str]:
    """What a reader takes from a socket with these bytes, and how that ends."""
    ours, theirs = socket.socketpair()
    taken = []
    try:
        ours.sendall(stream)
        ours.shutdown(socket.SHUT_WR)
        while True:
            taken.append(take(theirs))
    except (p.ProtocolError, BadIntake):
        return taken, "refused"
    except ConnectionLost:
        return taken, "ended"
    finally:
        ours.close()
        theirs.close()


class Codec(unittest.TestCase):
    def setUp(self) -> None:
        self.dice = random.Random(SEED)

    def test_any_bytes_raise_nothing_but_ProtocolError_wherever_they_are_cut(self) -> None:
        for _ in range(INPUTS):
            stream = any_stream(self.dice)
            self.assertEqual(decoded(cut(self.dice, stream)), decoded([stream]), stream)

    def test_frames_come_out_as_they_went_in(self) -> None:
        for _ in range(INPUTS):
            frames = [good_frame(self.dice) for _ in range(self.dice.randrange(6))]
            self.assertEqual(decoded(cut(self.dice, stream_of(frames))), (frames, 0))

    def test_messages_come_out_as_they_went_in_and_are_json(self) -> None:
        for _ in range(INPUTS):
            # Two halves of a pair become one character, as everywhere in JSON.
            message = json.loads(json.dumps({"type": "x", "value": value(self.dice)}))
            payload = p.encode_json(message)
            self.assertEqual(p.decode_json(payload, needs_type=True), message)
            self.assertEqual(json.loads(payload.decode("ascii")), message)

    def test_a_text_that_is_no_json_raises_nothing_but_ProtocolError(self) -> None:
        for _ in range(INPUTS):
            payload = bytearray(p.encode_json({"type": "x", "value": value(self.dice)}))
            for _ in range(self.dice.randint(1, 3)):
                payload[self.dice.randrange(len(payload))] = self.dice.randrange(256)
            try:
                self.assertIsInstance(p.decode_json(bytes(payload)), dict)
            except p.ProtocolError:
                pass


class Readers(unittest.TestCase):
    def setUp(self) -> None:
        self.dice = random.Random(SEED)

    def test_a_connection_takes_what_the_decoder_takes(self) -> None:
        for _ in range(INPUTS // 4):
            stream = any_stream(self.dice)
            connections = {}
            take = lambda sock: connections.setdefault(sock, Connection(sock)).receive()  # noqa: E731
            frames, end = received(stream, take)
            whole = decoded([stream])
            self.assertEqual(end == "refused", whole is None, stream)
            if whole is not None:
                self.assertEqual(frames, whole[0])

    def test_the_intake_takes_requests_and_refuses_everything_else(self) -> None:
        for _ in range(INPUTS // 4):
            requests = [p.encode_frame(*self._request()) for _ in range(self.dice.randrange(4))]
            behind = self.dice.choice([b"", any_stream(self.dice)])
            intakes = {}
            bed = allocate_lock()
            bed.acquire()

            def take(sock: socket.socket) -> bytes:
                intake = intakes.setdefault(sock, Intake(Connection(sock)))  # type: ignore[arg-type]
                return intake.next(bed)

            with mock.patch.object(intake_module, "_RECEIVE", self.dice.randint(1, 100)):
                taken, end = received(b"".join(requests) + behind, take)
            all_of_them, wanted_end = wanted(requests, behind)
            self.assertEqual(end, wanted_end)
            # What comes with the bytes that are refused is not taken any more.
            self.assertEqual(taken, all_of_them[: len(taken)] if end == "refused" else all_of_them)

    def _request(self) -> Frame:
        while True:
            frame = good_frame(self.dice)
            if frame[0] == p.REQUEST:
                return frame


def wanted(requests: List[bytes], behind: bytes) -> Tuple[List[bytes], str]:
    """The requests, and how they end. The intake looks at headers only: the threads at the rest."""
    taken = list(requests)
    while len(behind) >= p.HEADER_SIZE:
        frame_type, length = p.HEADER.unpack_from(behind)
        if frame_type != p.REQUEST or length > p.MAX_PAYLOAD:
            return taken, "refused"
        if len(behind) < p.HEADER_SIZE + length:
            break
        taken.append(behind[: p.HEADER_SIZE + length])
        behind = behind[p.HEADER_SIZE + length :]
    return taken, "ended"


if __name__ == "__main__":
    unittest.main()
