"""Real clusters for tests: a scheduler and workers as processes, in network namespaces of this machine.

    this namespace (host, tests) --veth-- "a": the scheduler, workers --veth-- "b": workers

No address of "b" can be reached from here, as with workers behind a head node. A worker that is kept apart sees no
ledger of ours, as on another host; one that is shifted has a monotonic clock of its own.
"""

import itertools
import os
import shutil
import subprocess
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

PORT = 8786
START_S = 30.0
APART = ["sh", "-c", 'mount -t tmpfs none /dev/shm && exec "$@"', "sh"]
_numbers = itertools.count()


def why_not() -> str:
    """Why no namespaces can be made here; "" where they can."""
    if not shutil.which("ip") or not shutil.which("unshare"):
        return "needs ip (iproute2) and unshare (util-linux)"
    name = f"mh{os.getpid()}try"
    made = subprocess.run(["ip", "netns", "add", name], check=False, capture_output=True, text=True)
    if made.returncode:
        return f"network namespaces are not permitted here: {made.stderr.strip()}"
    try:
        inside = ["ip", "netns", "exec", name, "unshare", "-m", "-T", "--monotonic", "1", *APART, "true"]
        tried = subprocess.run(inside, check=False, capture_output=True, text=True)
        return f"namespaces of mounts and times are not permitted here: {tried.stderr.strip()}" * bool(tried.returncode)
    finally:
        _ip("netns", "del", name)


class Cluster:
    """A scheduler that runs, and the workers that were added to it."""

    def __init__(self, stack: ExitStack, spaces: dict[str, str], hosts: dict[str, str], folder: Path) -> None:
        self._stack, self._spaces, self._hosts, self._folder = stack, spaces, hosts, folder
        self.address = f"tcp://{hosts['here']}:{PORT}"
        self.workers: list[subprocess.Popen[bytes]] = []
        self._start("a", "scheduler", ["--port", str(PORT), "--no-dashboard"])

    def add(self, space: str, shift_s: int = 0, threads: int = 1, apart: bool = True, bare: bool = False) -> None:
        """Start one more worker in "a" or "b", its clock shifted by so many seconds; bare: without lightwork."""
        own = self._folder / f"worker-{len(self.workers)}"
        words = [f"tcp://{self._hosts[space]}:{PORT}", "--nthreads", str(threads), "--local-directory", str(own)]
        words += ["--no-nanny", "--no-dashboard"]
        shift = ["-T", "--monotonic", str(shift_s)] if shift_s else []
        around = ["unshare", "-m", *shift, *APART] if apart else []
        self.workers.append(self._start(space, "worker", words, around, bare))

    def wait(self) -> None:
        """Until all workers that were added are there."""
        from dask.distributed import Client

        with Client(self.address, timeout=START_S, set_as_default=False) as client:
            client.wait_for_workers(len(self.workers), timeout=START_S)

    def _start(
        self, space: str, what: str, words: list[str], around: list[str] | None = None, bare: bool = False
    ) -> subprocess.Popen[bytes]:
        module = f"distributed.cli.dask_{what}"
        code = "import runpy, sys; "
        code += "sys.modules['lightwork'] = None; " * bare
        code += f"sys.argv = {[module, *words]}; runpy.run_module({module!r}, run_name='__main__')"
        command = ["ip", "netns", "exec", self._spaces[space], *(around or []), sys.executable, "-c", code]
        with (self._folder / "output").open("ab") as output:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                env={**os.environ, "TMPDIR": str(self._folder)},  # where dask leaves a folder of its own
            )  # fmt: skip
        self._stack.callback(_end, process)
        return process


def _end(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    process.wait()


@contextmanager
def cluster() -> Iterator[Cluster]:
    """A scheduler in one namespace, joined to this one and to another; all of it is gone afterwards."""
    own = f"mh{os.getpid()}{next(_numbers)}"
    number = zlib.crc32(own.encode()) % 512
    net = f"198.{18 + number // 256}.{number % 256}"  # kept for tests of networks: RFC 2544
    spaces = {name: f"{own}{name}" for name in ("a", "b")}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="lightwork-cluster-")))
        for space in spaces.values():
            _ip("netns", "add", space)
            stack.callback(_ip, "netns", "del", space)  # and the ends of wires in it, with them the other ends
        _wire((None, f"{own}x", f"{net}.1"), (spaces["a"], f"{own}y", f"{net}.2"))
        _wire((spaces["a"], f"{own}v", f"{net}.5"), (spaces["b"], f"{own}w", f"{net}.6"))
        yield Cluster(stack, spaces, {"here": f"{net}.2", "a": f"{net}.2", "b": f"{net}.5"}, folder)


def _wire(*ends: tuple[str | None, str, str]) -> None:
    """A pair of virtual Ethernet ends, each in its namespace, None for this one, with its address."""
    (_, first, _), (_, second, _) = ends
    _ip("link", "add", first, "type", "veth", "peer", "name", second)
    for space, end, address in ends:
        if space:
            _ip("link", "set", end, "netns", space)
        inside = ("-n", space) if space else ()
        _ip(*inside, "address", "add", f"{address}/30", "dev", end)
        _ip(*inside, "link", "set", end, "up")
        if space:
            _ip(*inside, "link", "set", "lo", "up")


def _ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)
