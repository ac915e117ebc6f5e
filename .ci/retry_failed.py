"""Run pytest; where only a few tests fail, run just those again, alone, and pass if all of them pass then.

    python .ci/retry_failed.py PYTEST_ARGUMENT...

A test that fails beside others and passes alone is unsteady: it is named on the terminal and in build/unsteady.txt.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

AT_MOST = 5  # more than these are no accident
TESTS_FAILED = 1  # pytest's exit status; any other says that it could not run them
UNSTEADY = Path("build/unsteady.txt")


def run_pytest(cache: str, *arguments: str) -> int:
    """The exit status; the cache keeps which tests failed."""
    words = [sys.executable, "-m", "pytest", "-o", f"cache_dir={cache}", *arguments]
    return subprocess.run(words, check=False).returncode


def failed_tests(cache: str) -> list[str]:
    """Which tests failed in the last run with this cache."""
    path = Path(cache) / "v" / "cache" / "lastfailed"
    return sorted(json.loads(path.read_text())) if path.exists() else []


def main(arguments: list[str]) -> int:
    """The exit status: 0 also where each failed test passes alone."""
    with tempfile.TemporaryDirectory() as cache:  # of this call alone: earlier failures are none of its own
        status = run_pytest(cache, *arguments)
        failed = failed_tests(cache)
        if status != TESTS_FAILED or not 0 < len(failed) <= AT_MOST:
            return status
        print("", "failed, now run again alone:", *failed, sep="\n  ", flush=True)
        status = run_pytest(cache, *arguments, "-n", "0", "--last-failed")
    if status == 0:
        print(f"\nunsteady, failed beside others and passed alone: {', '.join(failed)}", flush=True)
        UNSTEADY.parent.mkdir(exist_ok=True)
        with UNSTEADY.open("a") as file:
            file.writelines(f"{name}\n" for name in failed)
    return status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
