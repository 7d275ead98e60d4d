"""Small objects of forked workers lie side by side."""

import os
import subprocess
import sys
import unittest

from modwsgi_dev_worker.filled_pools import fill_pools

POOL = 0x4000


class FillPoolsTest(unittest.TestCase):
    def test_leaves_no_hole_for_the_next_object(self):
        kept = [bytes(100) for _ in range(20000)]
        holes = {id(one) for one in kept[::7]}
        del kept[::7]
        filling = fill_pools()
        later = [bytes(100) for _ in range(1000)]
        in_holes = [one for one in later if id(one) in holes]
        self.assertLess(len(in_holes), POOL // 144)  # those of the pool that was given back may be among them
        self.assertGreater(len(filling), len(holes) - POOL // 144)

    def test_does_nothing_where_there_are_no_pools(self):
        code = "from modwsgi_dev_worker.filled_pools import fill_pools; print(len(fill_pools()))"
        environ = dict(os.environ, PYTHONMALLOC="malloc", PYTHONPATH=os.pathsep.join(sys.path))
        result = subprocess.run([sys.executable, "-c", code], env=environ, stdout=subprocess.PIPE)
        self.assertEqual(result.stdout, b"0\n")


if __name__ == "__main__":
    unittest.main()
