"""Small objects of forked workers lie side by side."""

import unittest

from modwsgi_dev_worker.filled_pools import fill_pools


class FillPoolsTest(unittest.TestCase):
    def test_leaves_no_hole_for_the_next_object(self):
        kept = [bytes(100) for _ in range(20000)]
        holes = {id(one) for one in kept[::7]}
        del kept[::7]
        filling = fill_pools()
        later = [bytes(100) for _ in range(1000)]
        self.assertEqual([one for one in later if id(one) in holes], [])
        self.assertGreater(len(filling), len(holes) - 1000)


if __name__ == "__main__":
    unittest.main()
