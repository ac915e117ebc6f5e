"""A fuzz campaign: `python tests/support/fuzz/campaign.py --runs 1000000 --seed 1`, shared among the targets.

    --engine random   bytes from a seeded generator; the same seed gives the same inputs (default)
    --engine atheris  bytes steered by coverage (pip install atheris); one target, by --target

Prints one line a target: how many inputs, how long, how many tracebacks. Exits 1 where there was one; its input is
printed, as hexadecimal, for `--input`.
"""

import argparse
import random
import sys
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from fuzz.targets import TARGETS, run

# Of a thousand: what takes longer gets fewer.
SHARES = {
    "ledger_bytes": 300, "command_lines": 150, "journals": 150, "bench_options": 179, "saved_matrix": 100,
    "saved_results": 80, "saved_prices": 20, "saved_errors": 20, "report_page": 1,
}  # fmt: skip
LONGEST_BYTES = 64
TOO_LONG_S = 10.0


def share(name: str, runs: int) -> int:
    """How many inputs this target gets: what reads little gets more."""
    return runs * SHARES[name] // sum(SHARES.values())


def campaign(name: str, runs: int, seed: int) -> int:
    """So many random inputs for one target; returns how many were findings."""
    chance, findings, longest_s, began = random.Random(f"{seed}/{name}"), 0, 0.0, time.monotonic()
    for _ in range(runs):
        data = chance.randbytes(chance.randrange(LONGEST_BYTES))
        started = time.monotonic()
        findings += not survives(name, data)
        longest_s = max(longest_s, time.monotonic() - started)
    told = f"{runs:,} inputs in {time.monotonic() - began:.0f} s, the longest {longest_s:.2f} s"
    print(f"{name}: {told}; {findings} tracebacks", flush=True)
    return findings + (longest_s > TOO_LONG_S)


def survives(name: str, data: bytes) -> bool:
    """Whether the target takes the input as it should; else its traceback is printed."""
    try:
        run(name, data)
    except Exception:  # noqa: BLE001  each is a finding
        traceback.print_exc()
        print(f"--target {name} --input {data.hex()}", flush=True)
        return False
    return True


def steered(name: str, runs: int, seed: int) -> None:
    """The same with inputs steered by coverage; libFuzzer ends the process, with 77 for a finding."""
    import atheris

    atheris.instrument_all()
    atheris.Setup(
        [sys.argv[0], f"-runs={runs}", f"-seed={seed}", f"-max_len={LONGEST_BYTES}", f"-timeout={TOO_LONG_S:.0f}"],
        lambda data: run(name, data),
    )
    atheris.Fuzz()


def main(arguments: Sequence[str]) -> int:
    """Run what is asked for."""
    asked = argparse.ArgumentParser(description="Fuzz what reads input that may be anybody's.")
    asked.add_argument("--runs", type=int, default=1_000_000, help="inputs in all (default: 1,000,000)")
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--target", choices=list(TARGETS), help="this one only")
    asked.add_argument("--engine", choices=("random", "atheris"), default="random")
    asked.add_argument("--input", type=bytes.fromhex, help="run this one input, with its traceback")
    found = asked.parse_args(arguments)
    if found.input is not None:
        run(found.target, found.input)
        return 0
    if found.engine == "atheris":
        steered(found.target or "saved_results", found.runs, found.seed)
        return 0
    names = [found.target] if found.target else list(TARGETS)
    findings = sum(
        campaign(name, found.runs if found.target else share(name, found.runs), found.seed) for name in names
    )
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
