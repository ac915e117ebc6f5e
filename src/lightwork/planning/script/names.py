"""Names: what a script calls things so that no two are called alike; pure."""

from collections.abc import Collection


def free(name: str, taken: Collection[str]) -> str:
    """The name, longer where it is taken."""
    while name in taken:
        name += "_"
    return name
