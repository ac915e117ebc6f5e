"""Extras: what only some strategies and workloads need, as listed in the metadata of the installed lightwork."""

import re


def install_hint(extra: str) -> str:
    """The end of an error about a missing library: `: python -m pip install 'joblib>=1.4'`.

    It names the libraries, never lightwork itself: an index may know a stranger's project by that name. "" where the
    installed lightwork has no such extra, or where lightwork runs from a source tree that is not installed.
    """
    from importlib import metadata  # loaded for an error only: every worker imports this module

    try:
        requirements = metadata.requires("lightwork") or []
    except metadata.PackageNotFoundError:
        return ""
    marker = re.compile(rf"extra\s*==\s*['\"]{re.escape(extra)}['\"]")
    parts = [requirement.partition(";") for requirement in requirements]
    libraries = [f"'{library.strip()}'" for library, _, condition in parts if marker.search(condition)]
    return " ".join([": python -m pip install", *libraries]) if libraries else ""
