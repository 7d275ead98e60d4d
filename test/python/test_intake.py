"""The intake: how requests come to threads, who is woken when, and what happens when it breaks.

Whether threads wake each other is judged by the use of the processor. Where a test needs one of the two
ways, its application sets the limits of that judgement so that the answer is always the same.
"""

import os
import random
import select
import signal
import socket
import threading
import time
import unittest
from typing import Dict, List, Set, Tuple
from unittest import mock

from fake_supervisor import DEADLINE, FakeSupervisor, RequestPeer, p
from modwsgi_dev_worker import intake as module
from modwsgi_dev_worker.intake import BOUND, TRIAL, WINDOW, Intake

THREADS = 5
HASTY = 1e-6  # switch interval with which threads get into each other's way as often as they can

SOURCE = r'''
import sys, threading, time
GATE = threading.Event()
BARRIER = threading.Barrier(5)
ORDER = []
def application(environ, start_response):
    path = environ["PATH_INFO"]
    body = b"%d" % environ["mod_wsgi.thread_id"]
    ORDER.append((int(environ.get("HTTP_NUMBER", 0)), environ["mod_wsgi.thread_id"]))
    if path == "/gate":
        print("at the gate")
        GATE.wait(20)
    elif path == "/open":
        GATE.set()
    elif path == "/together":
        print("at the barrier")
        BARRIER.wait(20)
    elif path == "/order":
        body = repr(ORDER).encode()
    elif path == "/cpu":
        body = b"%f" % time.process_time()
    elif path == "/wait":
        time.sleep(0.001)
    elif path == "/compute":
        sum(range(20000))
    elif path == "/asleep":
        body = b"%d" % len(INTAKE._sleepers)
    elif path == "/read":
        body = environ["wsgi.input"].read()
    start_response("200 OK", [])
    return [body]
'''

LIMITS = (
    "import gc, sys\n"
    "intake = sys.modules['modwsgi_dev_worker.intake']\n"
    "INTAKE = next(o for o in gc.get_objects() if type(o) is intake.Intake)\n"
    "intake.WINDOW = -1\n"
)
EAGER = LIMITS + "intake.BOUND = 1e9\n" + SOURCE
LAZY = LIMITS + "intake.BOUND, intake.BESIDE, intake.TRIAL = -1, 1e9, 1e9\n" + SOURCE


class IntakeCase(unittest.TestCase):
    def start(self, source: str, threads: int = THREADS) -> FakeSupervisor:
        """A worker that is sent `wake` by the test only."""
        worker = FakeSupervisor(source, threads=threads, switchInterval=HASTY)
        self.addCleanup(worker.close)
        worker.wakes = False
        return worker

    def start_lazy(self, threads: int = THREADS) -> FakeSupervisor:
        """A worker whose threads do not wake each other, and of which all but one are asleep."""
        worker = self.start(LAZY, threads)
        end = time.monotonic() + DEADLINE
        while self.send(worker, "/asleep")[0].response().body != b"%d" % (threads - 1):
            self.assertLess(time.monotonic(), end, "they do not fall asleep")
        return worker

    def send(self, worker: FakeSupervisor, *paths: str, at_once: bool = True) -> List[RequestPeer]:
        """Send requests in one piece, or each in its own."""
        peers = [RequestPeer(worker) for _ in paths]
        frames = [
            peer.frame(path, HTTP_NUMBER=str(worker.numbers + 1)) for peer, path in zip(peers, paths)
        ]
        for data in [b"".join(frames)] if at_once else frames:
            worker.intake.sock.sendall(data)
        return peers

    def threads_of(self, peers: List[RequestPeer]) -> Set[bytes]:
        """The threads that answered."""
        return {peer.response().body for peer in peers}


class Threads(IntakeCase):
    def test_all_threads_run_at_once_without_wake_if_they_wake_each_other(self) -> None:
        worker = self.start(EAGER)
        for turn in range(300):
            peers = self.send(worker, *["/together"] * THREADS, at_once=turn % 2 == 0)
            self.assertEqual(len(self.threads_of(peers)), THREADS)

    def test_all_threads_run_at_once_if_each_is_woken_by_the_front(self) -> None:
        worker = self.start_lazy()
        for turn in range(4):
            peers = self.send(worker, *["/together"] * THREADS)
            for count in range(turn * THREADS + 2, (turn + 1) * THREADS + 1):
                worker.wait_count("at the barrier", count - 1)
                worker.tell("wake")
            self.assertEqual(len(self.threads_of(peers)), THREADS)

    def test_a_fresh_worker_is_not_judged_by_its_import(self) -> None:
        """Loading uses the processor; the first request comes too early to be judged."""
        busy = "import time\nend = time.process_time() + 0.3\nwhile time.process_time() < end: pass\n"
        limits = "intake.WINDOW, intake.BOUND, intake.BESIDE = 0.25, 0.02, 1e9\n"
        worker = self.start(LIMITS + limits + busy + SOURCE)
        peers = self.send(worker, *["/together"] * THREADS)
        self.assertEqual(len(self.threads_of(peers)), THREADS)

    def test_a_thread_serves_all_that_came_in_one_read_while_it_wakes_no_other(self) -> None:
        worker = self.start_lazy()
        for _ in range(20):
            self.assertEqual(len(self.threads_of(self.send(worker, *["/"] * THREADS))), 1)

    def test_a_stuck_request_does_not_hold_up_those_behind_it_after_wake(self) -> None:
        worker = self.start_lazy(threads=3)
        stuck, *others = self.send(worker, "/gate", "/", "/")
        worker.wait_log("at the gate")
        self.assertTrue(others[0].quiet(0.1))
        worker.tell("wake")
        self.assertEqual(len(self.threads_of(others)), 1)
        (later,) = self.send(worker, "/open")  # whoever was woken reads on
        later.response()
        stuck.response()

    def test_wake_without_waiting_requests_does_nothing(self) -> None:
        for source in (EAGER, LAZY):
            worker = self.start(source, threads=2)
            for _ in range(50):
                worker.tell("wake")
            self.assertLessEqual(self.threads_of(self.send(worker, "/", "/")), {b"1", b"2"})
            self.assertEqual(worker.lines(), [])

    def test_no_wake_up_is_lost(self) -> None:
        for name, source, wakes in (
            ("threads wake each other", EAGER, 0.0),
            ("and the front wakes too", EAGER, 0.3),
            ("the front wakes", LAZY, 0.3),
            ("as the process is used", SOURCE, 0.1),
        ):
            with self.subTest(name):
                with FakeSupervisor(source, threads=THREADS, switchInterval=HASTY) as worker:
                    Storm(worker, wakes, random.Random(11)).run(2000)


class Storm:
    """Requests in random bursts, cut at random places, with `wake` in between at random."""

    PATHS = ["/"] * 6 + ["/compute", "/wait"]

    def __init__(self, worker: FakeSupervisor, wakes: float, dice: random.Random) -> None:
        self.worker = worker
        self.wakes = wakes  # probability of a wake at each step; 0: none, not even while all is quiet
        self.dice = dice
        self.waiting: Set[int] = set()
        self.answered = 0

    def run(self, count: int) -> None:
        """Have so many requests answered, as many at a time as there are threads."""
        while self.answered < count:
            room = min(THREADS, count - self.answered) - len(self.waiting)
            if room > 0 and (not self.waiting or self.dice.random() < 0.5):
                self.give(self.dice.randint(1, room))
            if self.dice.random() < self.wakes:
                self.worker.tell("wake")
            self.collect()

    def give(self, count: int) -> None:
        """Send so many requests in two pieces that are cut anywhere."""
        data = b""
        for _ in range(count):
            peer = RequestPeer(self.worker)
            data += peer.frame(self.dice.choice(self.PATHS))
            self.waiting.add(peer.number)
        cut = self.dice.randrange(len(data)) if self.dice.random() < 0.3 else len(data)
        for piece in (data[:cut], data[cut:]):
            self.worker.intake.sock.sendall(piece)

    def collect(self) -> None:
        """Wait for an answer, and take all that are there."""
        peers = {peer.sock: peer for peer in self.worker.threads.values()}
        end = time.monotonic() + DEADLINE
        while True:
            readable, _, _ = select.select(list(peers), [], [], 0.01 if self.wakes else DEADLINE)
            if readable:
                break
            if time.monotonic() > end or not self.wakes:
                raise AssertionError("Requests %s are lost. %s" % (self.waiting, self.worker.log_dump()))
            self.worker.tell("wake")
        for sock in readable:
            peers[sock].look()
            while peers[sock].frames:
                self.waiting.remove(p.decode_response(peers[sock].receive()[1])[0])
                self.answered += 1


class Order(IntakeCase):
    def order(self, worker: FakeSupervisor) -> List[Tuple[int, int]]:
        """(number, thread) of all requests in the order in which the application was called."""
        (peer,) = self.send(worker, "/order")
        return eval(peer.response().body)  # noqa: S307

    def test_one_thread_begins_requests_in_the_order_of_their_numbers(self) -> None:
        for worker, threads in ((self.start(EAGER, 1), 1), (self.start_lazy(), THREADS)):
            for _ in range(40):
                for peer in self.send(worker, *["/"] * threads):
                    peer.response()
            numbers = [number for number, _ in self.order(worker)]
            self.assertEqual(numbers, list(range(1, worker.numbers + 1)))

    def test_each_of_several_threads_begins_them_in_the_order_of_their_numbers(self) -> None:
        worker = self.start(EAGER)
        for _ in range(100):
            for peer in self.send(worker, "/", "/wait", "/", "/wait", "/"):
                peer.response()
        by_thread: Dict[int, List[int]] = {}
        for number, thread in self.order(worker):
            by_thread.setdefault(thread, []).append(number)
        for numbers in by_thread.values():
            self.assertEqual(numbers, sorted(numbers))
        self.assertEqual(sorted(sum(by_thread.values(), [])), list(range(1, 100 * THREADS + 2)))

    def test_the_slots_hold_the_numbers_that_were_begun(self) -> None:
        worker = self.start(EAGER, threads=3)
        self.assertEqual(worker.begun(), [0, 0, 0])
        (stuck,) = self.send(worker, "/gate")
        worker.wait_log("at the gate")
        self.assertEqual(sorted(worker.begun()), [0, 0, 1])
        for number in (2, 3, 4):
            (peer,) = self.send(worker, "/")
            thread = int(peer.response().body)
            self.assertEqual(worker.begun()[thread - 1], number)
        (peer,) = self.send(worker, "/open")
        peer.response()
        self.assertEqual(worker.begun()[int(stuck.response().body) - 1], 1)

    def test_a_request_that_was_not_begun_is_above_all_slots_of_a_killed_worker(self) -> None:
        worker = self.start_lazy(threads=3)
        stuck, *others = self.send(worker, "/gate", "/", "/")
        worker.wait_log("at the gate")
        os.kill(worker.process.pid, signal.SIGKILL)
        self.assertEqual(worker.wait_exit(), -signal.SIGKILL)
        self.assertEqual(max(worker.begun()), stuck.number)
        self.assertEqual([peer.number - stuck.number for peer in others], [1, 2])

    def test_a_request_that_was_given_back_was_not_begun(self) -> None:
        worker = self.start(EAGER, threads=2)
        os.kill(worker.process.pid, signal.SIGTERM)
        worker.wait_message("stopping")
        peers = self.send(worker, "/", "/")
        self.assertEqual([peer.response().kinds for peer in peers], [["RETRY"]] * 2)
        self.assertEqual(worker.begun(), [0, 0])


class Ends(IntakeCase):
    def test_the_end_of_the_intake_ends_all_threads_without_a_word(self) -> None:
        for source in (EAGER, LAZY):
            worker = self.start(source)
            worker.intake.sock.shutdown(socket.SHUT_WR)
            for peer in worker.threads.values():
                with self.assertRaises(EOFError):
                    peer.receive()
            self.assertEqual(worker.shutdown(), 0)
            self.assertEqual([e.text for e in worker.log()], [])

    def test_a_request_in_progress_is_brought_to_its_end_first(self) -> None:
        worker = self.start(EAGER, threads=2)
        one = worker.one
        one.request("/read", method="POST", kind=p.BODY_FRAMES)
        self.assertEqual(one.receive()[0], p.CONTINUE)
        worker.intake.sock.close()
        (other,) = [peer for peer in worker.threads.values() if peer is not one.thread]
        with self.assertRaises(EOFError):
            other.receive()
        one.send(p.BODY, b"the body")
        one.send(p.BODY_END)
        self.assertEqual(one.response().body, b"the body")
        with self.assertRaises(EOFError):
            one.receive()
        self.assertEqual(worker.lines(), [])

    def test_a_thread_whose_connection_is_lost_leaves_the_requests_behind_it_to_another(self) -> None:
        worker = self.start_lazy(threads=2)
        lost, waiting = RequestPeer(worker), RequestPeer(worker)
        worker.intake.sock.sendall(
            lost.frame("/read", method="POST", kind=p.BODY_FRAMES) + waiting.frame("/")
        )
        self.assertEqual(lost.receive()[0], p.CONTINUE)
        thread = worker.begun().index(lost.number) + 1
        worker.threads.pop(thread).sock.close()
        self.assertEqual(waiting.response().body, b"%d" % (3 - thread))
        self.assertEqual(worker.lines(), [])

    def test_what_is_no_request_ends_the_process_with_a_reason(self) -> None:
        environ = p.encode_environ([("A", "b")])
        for name, data, reason in (
            ("another frame", p.encode_frame(p.BODY, b"x"), "BODY on the intake"),
            ("an unknown type", b"\x77\0\0\0\0", "Unknown frame type 0x77"),
            ("a long frame", p.HEADER.pack(p.REQUEST, p.MAX_PAYLOAD + 1), "Frame of 16777217 bytes"),
            ("a short payload", p.encode_frame(p.REQUEST, b"\0\0\0\1"), "Payload too short"),
            (
                "an environ beyond the payload",
                p.encode_frame(p.REQUEST, p.SECTION.pack(1, 0, len(environ) + 1) + environ),
                "Length of the environ is beyond the payload",
            ),
            (
                "an unknown body kind",
                p.encode_frame(p.REQUEST, p.SECTION.pack(1, 3, len(environ)) + environ),
                "Unknown body kind 3",
            ),
        ):
            with self.subTest(name):
                worker = self.start(EAGER, threads=2)
                worker.intake.sock.sendall(data)
                self.assertEqual(worker.wait_exit(), 1)
                (line,) = worker.lines()
                self.assertIn("the worker closes a connection: ProtocolError: " + reason, line)


class Idle(IntakeCase):
    def test_waiting_for_requests_takes_no_processor_time(self) -> None:
        for source in (EAGER, LAZY):
            worker = self.start(source)
            self.threads_of(self.send(worker, *["/"] * THREADS))
            (before,) = self.threads_of(self.send(worker, "/cpu"))
            self.assertTrue(RequestPeer(worker).quiet(0.3))
            (after,) = self.threads_of(self.send(worker, "/cpu"))
            self.assertLess(float(after) - float(before), 0.03)


class FakeFront:
    """A connection on which a request comes after each wait, and the clocks that go with it."""

    def __init__(self) -> None:
        self.sock = self
        self.now = 100.0
        self.used = 3.0
        self.wait = 0.0

    def recv(self, size: int) -> bytes:
        """One request, `wait` seconds from now."""
        self.now += self.wait
        return p.encode_frame(p.REQUEST, p.encode_request(1, p.BODY_NONE, []))


class LeavingReader:
    """The lock of the reading thread, released between the attempt to take it and the next look at it."""

    def __init__(self) -> None:
        self.answers = [False, True]

    def acquire(self, blocking: bool) -> bool:
        return self.answers.pop(0)

    def release(self) -> None:
        pass

    def locked(self) -> bool:
        return False


class Sleep(unittest.TestCase):
    def test_nobody_sleeps_when_the_reader_has_just_left(self) -> None:
        intake = Intake(FakeFront())  # type: ignore[arg-type]
        intake._reading = LeavingReader()  # type: ignore[assignment]
        bed = threading.Lock()
        bed.acquire()
        found: List[bytes] = []
        thread = threading.Thread(target=lambda: found.append(intake.next(bed)), daemon=True)
        thread.start()
        thread.join(DEADLINE)
        self.assertEqual(len(found), 1)
        self.assertEqual(intake._sleepers, [])


class Judgement(unittest.TestCase):
    # Waiting for a request, serving it, and the processor time of that, all in seconds.
    IDLE = (0.2, 0.01, 0.01)
    BOUND = (0.001, 0.02, 0.02)
    ELSEWHERE = (0.001, 0.02, 0.002)
    BESIDE = (0.001, 0.02, 0.06)

    def setUp(self) -> None:
        self.front = FakeFront()
        for name, value in (
            ("monotonic", lambda: self.front.now),
            ("process_time", lambda: self.front.used),
        ):
            patch = mock.patch.object(module, name, value)
            patch.start()
            self.addCleanup(patch.stop)
        self.intake = Intake(self.front)  # type: ignore[arg-type]

    def serve(self, seconds: float, use: Tuple[float, float, float]) -> bool:
        """Serve requests one after the other for so long; whether the last one would wake another."""
        end = self.front.now + seconds
        self.front.wait, busy, used = use
        while self.front.now < end:
            self.intake.next(None)  # type: ignore[arg-type]
            self.front.now += busy
            self.front.used += used
        return self.intake.eager

    def test_it_begins_with_waking(self) -> None:
        self.assertTrue(self.intake.eager)

    def test_a_process_without_load_wakes(self) -> None:
        self.assertTrue(self.serve(3, self.IDLE))

    def test_a_process_bound_by_the_interpreter_does_not_wake(self) -> None:
        self.assertFalse(self.serve(0.3, self.BOUND))

    def test_a_process_that_waits_for_something_else_wakes(self) -> None:
        self.assertTrue(self.serve(3, self.ELSEWHERE))

    def test_a_process_that_computes_beside_the_interpreter_wakes(self) -> None:
        self.assertTrue(self.serve(3, self.BESIDE))

    def test_nothing_is_judged_within_the_window(self) -> None:
        self.assertTrue(self.serve(WINDOW * 0.8, self.BOUND))

    def test_it_wakes_again_when_requests_begin_to_wait(self) -> None:
        self.assertFalse(self.serve(0.3, self.BOUND))
        self.assertTrue(self.serve(0.2, self.ELSEWHERE))

    def test_time_without_requests_does_not_make_it_wake(self) -> None:
        self.assertFalse(self.serve(0.3, self.BOUND))
        self.assertFalse(self.serve(0.5, (0.05, 0.005, 0.004)))

    def test_waking_is_tried_from_time_to_time(self) -> None:
        """Threads may have begun to compute beside each other, which does not show while one serves."""
        self.assertFalse(self.serve(0.3, self.BOUND))
        seen = {self.serve(WINDOW / 2, self.BOUND) for _ in range(int(3 * TRIAL / WINDOW))}
        self.assertEqual(seen, {True, False})
        self.assertFalse(self.serve(WINDOW * 4, self.BOUND) and self.serve(WINDOW * 4, self.BOUND))

    def test_what_was_used_before_does_not_count_after_judge_anew(self) -> None:
        self.front.now += 2
        self.front.used += 2
        self.intake.judge_anew()
        self.assertTrue(self.serve(WINDOW * 0.8, self.BOUND))
        self.assertTrue(self.serve(0.3, (0.001, 0.02, 0.02 * BOUND * 0.5)))


if __name__ == "__main__":
    unittest.main()
