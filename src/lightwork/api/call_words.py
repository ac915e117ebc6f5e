"""Call words: what a caller's source calls the arguments of a call, so that code to paste uses the same names."""

import ast
import linecache
from types import FrameType


def argument_words(frame: FrameType, place: int, keyword: str) -> str:
    """The source of an argument of the call that this frame is in, by its place or its keyword.

    "" where the source is not there, or the argument is none of the call's own words.
    """
    call = _call_in(frame)
    if call is None or any(isinstance(argument, ast.Starred) for argument in call.args[: place + 1]):
        return ""
    by_name = [each.value for each in call.keywords if each.arg == keyword]
    arguments = call.args[place : place + 1] or by_name
    return ast.unparse(arguments[0]) if arguments else ""


def _call_in(frame: FrameType) -> ast.Call | None:
    """The call that the frame is in the middle of, by its place in the source."""
    positions = list(frame.f_code.co_positions())[frame.f_lasti // 2]
    first, last, begin, end = positions
    if first is None or last is None or begin is None or end is None:
        return None
    lines = [linecache.getline(frame.f_code.co_filename, number).encode() for number in range(first, last + 1)]
    if not all(lines):
        return None
    lines[-1] = lines[-1][:end]  # before the first is cut: they may be one
    lines[0] = lines[0][begin:]
    try:
        node = ast.parse(b"".join(lines).decode().strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return None
    return node if isinstance(node, ast.Call) else None
