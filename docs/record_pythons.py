"""Record what came of the tests under one Python: `python docs/record_pythons.py BUILD VERSION`.

BUILD: a folder with junit.xml as pytest writes it, and version.txt, the Python's full version. VERSION: the one that
was asked for, as "3.14t"; its row in docs/example/pythons.json is replaced. `tests/pythons.sh` calls this.
"""

import json
import sys
import xml.etree.ElementTree as ET
from datetime import UTC, datetime
from pathlib import Path

SAVED = Path(__file__).parent / "example" / "pythons.json"
COUNTS = ("tests", "failures", "errors", "skipped")


def counts_in(junit: Path) -> dict[str, int]:
    """The totals over all suites in the file."""
    suites = list(ET.parse(junit).iter("testsuite"))  # noqa: S314  pytest wrote it just now
    return {name: sum(int(suite.get(name, "0")) for suite in suites) for name in COUNTS}


def failures_in(junit: Path) -> list[str]:
    """The tests that failed, by name."""
    cases = ET.parse(junit).iter("testcase")  # noqa: S314
    failed = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    return sorted(f"{case.get('classname')}.{case.get('name')}" for case in failed)


def main(build: str, version: str) -> None:
    """Write the row."""
    junit = Path(build, "junit.xml")
    rows = json.loads(SAVED.read_text()) if SAVED.exists() else {}
    rows[version] = {
        "python": Path(build, "version.txt").read_text().strip(),
        **counts_in(junit),
        "failed": failures_in(junit),
        "date": datetime.now(UTC).date().isoformat(),
    }
    SAVED.write_text(json.dumps(rows, indent=1) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
