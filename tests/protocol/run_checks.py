"""Runs the checks of the host side under any Python, and prints what each found as JSON: "" or its traceback.

    python run_checks.py MODULE...
"""

import json
import sys
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent


class Found(unittest.TestResult):
    """Keeps each check's result by its name, such as "host_side.Client.test_good_run"."""

    def __init__(self):
        super().__init__()
        self.found = {}

    def startTest(self, test):
        """A check that says nothing is a good one."""
        super().startTest(test)
        self.found[test.id()] = ""

    def addError(self, test, err):
        """Keep the traceback, also of a module that cannot be imported."""
        self.found[test.id()] = self._exc_info_to_string(err, test)

    addFailure = addError

    def addSubTest(self, test, subtest, err):
        """Keep the traceback of a part."""
        if err is not None:
            self.addError(test, err)


if __name__ == "__main__":
    sys.path[:0] = [str(HERE), str(HERE.parents[1])]
    result = Found()
    unittest.defaultTestLoader.loadTestsFromNames(sys.argv[1:]).run(result)
    print(json.dumps(result.found))
