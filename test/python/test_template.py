"""The template: what it tells of the workers that it has forked."""

import os
import unittest

from modwsgi_dev_worker.template import Template


class TellingTemplate(Template):
    """Without a supervisor: keeps what would be told."""

    def __init__(self, workers):
        self.running = {pid: -1 for pid in workers}
        self.told = set()
        self.sent = []

    def _send(self, message):
        self.sent.append(message)


def ended_process(code):
    pid = os.fork()
    if pid == 0:
        os._exit(code)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    return pid


class EndOfWorkersTest(unittest.TestCase):
    def test_is_told_once_though_more_workers_end_before_it_is_reaped(self):
        """A worker that is reaped twice would be the end of the template."""
        first, second = ended_process(3), ended_process(4)
        template = TellingTemplate([first, second])
        template._tell_exits()
        template._tell_exits()
        self.assertEqual([(one["pid"], one["code"]) for one in template.sent], [(first, 3), (second, 4)])
        for message in template.sent:
            template._obey({"type": "reap", "pid": message["pid"]})
        self.assertEqual(template.running, {})

    def test_frees_the_number_of_a_worker_that_was_reaped(self):
        worker = ended_process(0)
        template = TellingTemplate([worker])
        template._tell_exits()
        template._obey({"type": "reap", "pid": worker})
        self.assertEqual(template.told, set())


if __name__ == "__main__":
    unittest.main()
