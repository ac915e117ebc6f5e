"""file_read: read files from disk and compute a checksum.

    application    verifying a backup, hashing an upload, warming a cache
    mix            100 % reads of whole files, 1 MiB at a time; BLAKE2b of every byte
    default size   64 files, 16 MiB in all
    distribution   log-normal sizes (sigma 1), mean_kib on average; random contents, from the seed
    item           one file
    check          every file's size and checksum match what was written

cache=cold evicts the files before each round, then asks the kernel which pages are still in memory. A warm read is
never reported as a cold one.
"""

import hashlib
import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple

from lightwork.errors import CheckFailed
from lightwork.workload.api import Facts, Place, workload

from . import _shares
from ._limits import at_least_one

Checksum = tuple[int, str]  # size in bytes, BLAKE2b in hexadecimal
MANIFEST = "files.json"
PIECE_BYTES = 1 << 20
DIGEST_BYTES = 16
SIGMA = 1.0


@dataclass(frozen=True)
class Parameters:
    """mean_kib: mean file size. cache: whether the files are in memory when a round starts."""

    files: int = 64
    mean_kib: int = 256
    cache: Literal["warm", "cold"] = "warm"
    seed: int = 1

    def __post_init__(self) -> None:
        at_least_one("file_read", files=self.files, mean_kib=self.mean_kib)


class StoredFile(NamedTuple):
    """An item: one file."""

    path: str
    size_bytes: int


def prepare(parameters: Parameters, data_dir: Path) -> None:
    """Write the files."""
    from ._atomic import make_once

    make_once(_folder(parameters, data_dir), lambda making: _write(parameters, making))


def setup(parameters: Parameters, place: Place) -> Facts:
    """Read or evict all files; returns what the kernel then has in memory."""
    from lightwork.machine import page_cache  # ctypes: no worker needs it

    paths = [Path(item.path) for item in items(parameters, place)]
    change = page_cache.evict if parameters.cache == "cold" else page_cache.warm
    change(paths)
    return page_cache.facts(parameters.cache, page_cache.resident_fraction(paths))


def items(parameters: Parameters, place: Place) -> list[StoredFile]:
    """The files by name."""
    folder = _folder(parameters, place.data_dir)
    return [StoredFile(str(folder / name), size) for name, (size, _) in _manifest(folder).items()]


def check(parameters: Parameters, place: Place, results: Sequence[Checksum]) -> Facts:
    """Compare sizes and checksums with those written. Raises CheckFailed with the counts."""
    expected = list(_manifest(_folder(parameters, place.data_dir)).values())
    right = sum(checksum == wanted for checksum, wanted in zip(results, expected, strict=False))
    if not right == len(results) == len(expected):
        raise CheckFailed(
            f"file_read: {right} of {len(expected)} files were read correctly; {len(results)} results returned"
        )
    return {"files": right, "size_bytes": sum(size for size, _ in results)}


def _folder(parameters: Parameters, data_dir: Path) -> Path:
    """Where the files lie: the cache state does not change them."""
    return data_dir / f"file_read-{parameters.files}x{parameters.mean_kib}KiB-seed{parameters.seed}"


def _write(parameters: Parameters, folder: Path) -> None:
    total_bytes = parameters.files * parameters.mean_kib * 1024
    shares = _shares.log_normal(parameters.files, SIGMA, parameters.seed)
    chance = random.Random(parameters.seed)
    written = {}
    for number, share in enumerate(shares):
        content = chance.randbytes(max(1, round(share * total_bytes)))
        (folder / f"{number:05}.bin").write_bytes(content)
        digest = hashlib.blake2b(content, digest_size=DIGEST_BYTES)
        written[f"{number:05}.bin"] = (len(content), digest.hexdigest())
    (folder / MANIFEST).write_text(json.dumps(written), encoding="utf-8")


def _manifest(folder: Path) -> dict[str, Checksum]:
    """What was written: {file name: (size in bytes, checksum)}."""
    written = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    return {name: (size, checksum) for name, (size, checksum) in written.items()}


@workload(
    parameters=Parameters,
    prepare=prepare,
    setup=setup,
    items=items,
    check=check,
    name_of=lambda item: Path(item.path).name,
    weight_of=lambda item: float(item.size_bytes),
    tiny=Parameters(files=4, mean_kib=16),
    validation={"file_read": {"files": 320, "mean_kib": 2048}},
)
def read_file(item: StoredFile) -> Checksum:
    """Read one file from end to end; returns its size and checksum."""
    size_bytes, digest = 0, hashlib.blake2b(digest_size=DIGEST_BYTES)
    with open(item.path, "rb", buffering=0) as file:
        while piece := file.read(PIECE_BYTES):
            size_bytes += len(piece)
            digest.update(piece)
    return size_bytes, digest.hexdigest()
