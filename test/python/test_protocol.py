"""The codec against test/protocol/frames.json, the cases it shares with the TypeScript codec."""

import json
import os
import random
import unittest
from typing import Any, Dict, List

from fake_supervisor import ROOT, p

with open(os.path.join(ROOT, "test", "protocol", "frames.json"), encoding="utf-8") as file:
    CASES: Dict[str, Any] = json.load(file)

TYPES = {name: number for number, name in p.FRAME_TYPES.items()}


def pairs(value: List[List[str]]) -> List[Any]:
    return [tuple(pair) for pair in value]


class FrameCases(unittest.TestCase):
    def test_encode_frame_gives_the_bytes_of_each_case(self) -> None:
        for case in CASES["frames"]:
            with self.subTest(case["name"]):
                encoded = p.encode_frame(TYPES[case["type"]], bytes.fromhex(case["payloadHex"]))
                self.assertEqual(encoded.hex(), case["bytesHex"])

    def test_decoder_gives_the_frame_of_each_case_whatever_the_pieces(self) -> None:
        for case in CASES["frames"]:
            data = bytes.fromhex(case["bytesHex"])
            want = [(TYPES[case["type"]], bytes.fromhex(case["payloadHex"]))]
            for size in (1, 3, len(data)):
                with self.subTest(case["name"], size=size):
                    decoder = p.FrameDecoder()
                    got = []
                    for start in range(0, len(data), size):
                        got += decoder.feed(data[start : start + size])
                    self.assertEqual(got, want)
                    self.assertEqual(decoder.pending, 0)

    def test_decoder_gives_several_frames_of_one_piece_in_order(self) -> None:
        for case in CASES["sequences"]:
            with self.subTest(case["name"]):
                got = p.FrameDecoder().feed(bytes.fromhex(case["bytesHex"]))
                want = [(TYPES[name], bytes.fromhex(payload)) for name, payload in case["frames"]]
                self.assertEqual(got, want)

    def test_decoder_waits_for_the_rest_of_an_incomplete_frame(self) -> None:
        for case in CASES["incomplete"]:
            with self.subTest(case["name"]):
                decoder = p.FrameDecoder()
                data = bytes.fromhex(case["bytesHex"])
                self.assertEqual(decoder.feed(data), [])
                self.assertEqual(decoder.pending, len(data))

    def test_decoder_refuses_malformed_frames(self) -> None:
        for case in CASES["malformed"]:
            with self.subTest(case["name"]):
                with self.assertRaises(p.ProtocolError):
                    p.FrameDecoder().feed(bytes.fromhex(case["bytesHex"]))

    def test_garbage_raises_nothing_but_ProtocolError(self) -> None:
        dice = random.Random(7)
        starts = [bytes.fromhex(case["bytesHex"]) for case in CASES["frames"]]
        for _ in range(5000):
            data = bytearray(dice.choice(starts))
            for _ in range(dice.randrange(1, 5)):
                data[dice.randrange(len(data))] = dice.randrange(256)
            try:
                p.FrameDecoder().feed(bytes(data))
            except p.ProtocolError:
                pass

    def test_encode_frame_refuses_a_payload_over_the_limit(self) -> None:
        with self.assertRaises(ValueError):
            p.encode_frame(p.DATA, bytes(p.MAX_PAYLOAD + 1))


class PayloadCases(unittest.TestCase):
    def test_requests_in_both_directions(self) -> None:
        for case in CASES["requests"]:
            with self.subTest(case["name"]):
                parts = (
                    case["number"],
                    case["kind"],
                    pairs(case["environ"]),
                    bytes.fromhex(case["bodyHex"]),
                )
                self.assertEqual(p.encode_request(*parts).hex(), case["payloadHex"])
                self.assertEqual(p.decode_request(bytes.fromhex(case["payloadHex"])), parts)

    def test_responses_in_both_directions(self) -> None:
        for case in CASES["responses"]:
            with self.subTest(case["name"]):
                parts = (
                    case["number"],
                    case["flags"],
                    case["status"],
                    pairs(case["headers"]),
                    bytes.fromhex(case["bodyHex"]),
                )
                self.assertEqual(p.encode_response(*parts).hex(), case["payloadHex"])
                self.assertEqual(p.decode_response(bytes.fromhex(case["payloadHex"])), parts)

    def test_environs_in_both_directions(self) -> None:
        for case in CASES["environs"]["good"]:
            with self.subTest(case["name"]):
                self.assertEqual(p.encode_environ(pairs(case["pairs"])).hex(), case["hex"])
                self.assertEqual(p.decode_environ(bytes.fromhex(case["hex"])), pairs(case["pairs"]))

    def test_heads_in_both_directions(self) -> None:
        for case in CASES["heads"]["good"]:
            with self.subTest(case["name"]):
                parts = (case["status"], pairs(case["headers"]))
                self.assertEqual(p.encode_head(*parts).hex(), case["hex"])
                self.assertEqual(p.decode_head(bytes.fromhex(case["hex"])), parts)

    def test_malformed_environs_and_heads_are_refused(self) -> None:
        for name, decode in (("environs", p.decode_environ), ("heads", p.decode_head)):
            for case in CASES[name]["malformed"]:
                with self.subTest(name, case=case["name"]):
                    with self.assertRaises(p.ProtocolError):
                        decode(bytes.fromhex(case["hex"]))

    def test_texts_that_cannot_travel_are_refused(self) -> None:
        for case in CASES["environs"]["notEncodable"]:
            with self.subTest(case["name"]), self.assertRaises(ValueError):
                p.encode_environ(pairs(case["pairs"]))
        for case in CASES["heads"]["notEncodable"]:
            with self.subTest(case["name"]), self.assertRaises(ValueError):
                p.encode_head(case["status"], pairs(case["headers"]))
