"""Recipe: a setting as the Python script that runs a user's own function in exactly that way.

    Source (function, items) + Setting + chunksize -> recipe() -> text to paste

Pure: nothing of the user's is imported, read or run. Each strategy's own file holds its template: import statements, a
blank line, then the script with blanks; `_blanks` says what fills them, and $items is the items in their order.
"""

import ast
import sys
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from string import Template

from lightwork.core.setting import Setting
from lightwork.errors import UsageError
from lightwork.machine import start_method
from lightwork.planning.request import INNER_THREADS
from lightwork.planning.script import pacing
from lightwork.planning.script.arrangement import arrangement
from lightwork.planning.script.items_source import quoted
from lightwork.planning.script.names import free
from lightwork.planning.script.source import InitializerCall, Source
from lightwork.planning.script.wrappers import split, wrapped
from lightwork.planning.shared_argument import is_given
from lightwork.strategies import Strategy, find

# What the blanks and the arrangement need; a strategy's script brings its own imports.
_IMPORTS = {
    "Value": "from multiprocessing import Value",
    "get_context": "from multiprocessing import get_context",
    "os": "import os",
    "random": "import random",
    "sys": "import sys",
    "tqdm": "from tqdm import tqdm",
}
_MAIN = 'if __name__ == "__main__":'
_A_POOL = "# A Pool, for ProcessPoolExecutor(max_tasks_per_child=...) hangs in Python 3.11 to 3.14.\n"


def recipe(
    source: Source, setting: Setting, chunksize: int | None, *,
    left_out: Collection[int] = (), first: Sequence[int] = (), usual_method: str | None = None,
    most_items: int | None = None,
) -> str:  # fmt: skip
    """A script that runs the source under this setting and leaves `results`, in the strategy's own order.

    chunksize: the one in force (a cell's); None where the strategy has none or is to use its own default.
    left_out: the places, among all items, of those that are not run. first: the places, among all items, of those that
    are handed out before all others, in this order; the others keep the order of the list, and the setting's is void.
    usual_method: the start method that needs no mention; None for the default of this Python. most_items: after how
    many a worker is replaced, by a Pool where the strategy itself can't; None for never.
    Raises UsageError for a strategy without a recipe.
    """
    if reason := why_none(setting.strategy):
        raise UsageError(f"there is no recipe for {setting.strategy}: {reason}")
    strategy = find(setting.strategy)
    if source.rate and strategy.parallel and not strategy.can_be_paced:
        raise UsageError(f"there is no recipe for {setting.strategy} at a rate: its workers share no clock")
    asked = setting.strategy
    renewed = find(asked).renewed if most_items else ""
    if renewed and most_items:
        chunksize = min(chunksize or 1, most_items)
        tasks, setting = most_items // chunksize, replace(setting, strategy=renewed)
        source = replace(source, guards=replace(source.guards, tasks=tasks))
    usual_method = usual_method or start_method.default()
    method = "" if setting.start_method == usual_method else setting.start_method
    name, dot, method_name = source.function.partition(".")
    lines = arrangement(setting, files=source.items.files, left_out=left_out, first=first)
    if source.shared:
        source = _with_shared(source, setting, chunksize, method, lines)

    def taken(initializer: InitializerCall | None) -> set[str]:
        bare = replace(source, function="_", initializer=initializer)
        return _names_in(_script(bare, "_", setting, chunksize, method, lines))

    if source.initializer and source.initializer.module:
        nameless = replace(source.initializer, module="_", function="_")
        source = replace(source, initializer=source.initializer.named_apart_from(taken(nameless)))
    wanted, name = name, free(name, taken(source.initializer))
    if not source.module and name != wanted:
        source = replace(source, bound=source.bound or wanted)
    code = _script(source, f"{name}{dot}{method_name}", setting, chunksize, method, lines)
    return code.replace(_MAIN, f"{_A_POOL}{_MAIN}") if renewed not in ("", asked) else code


def _with_shared(source: Source, setting: Setting, chunksize: int | None, method: str, lines: str) -> Source:
    """With a name for what workers are given that nothing else has; without it where they need not be given it."""
    if source.shared is None or not is_given(setting):
        return replace(source, shared=None)
    nameless = replace(source.shared, part=source.shared.part._replace(name="_"))
    bare = replace(source, function="_", shared=nameless)
    names = _names_in(_script(bare, "_", setting, chunksize, method, lines))
    return replace(source, shared=source.shared.named_apart_from(names))


def why_none(name: str) -> str:
    """Why there is no recipe for the strategy of this name; "" where there is one. Raises UsageError for an unknown."""
    strategy = find(name)
    if strategy.script:
        return ""
    why = "it needs the work in two halves, where a recipe has one function" if strategy.staged else "its file has none"
    return f"{why}; copy the strategy's own file"


def _script(
    source: Source, call: str, setting: Setting, chunksize: int | None, method: str, arranged: str
) -> str:  # fmt: skip
    """The script in which the user's function is called `call` and `method` is the start method, if named.

    arranged: the lines that put the items in order.
    """
    arranged = (source.shared.lines if source.shared else "") + arranged
    brought, template = _parts(wrapped(source, find(setting.strategy)))
    blanks = _blanks(call, setting, chunksize, method) | {"keywords": source.passing.call.partition(", ")[2]}
    if source.guards.tasks:
        blanks["pool"] = blanks["pool"].removesuffix(")") + f", maxtasksperchild={source.guards.tasks})"
    if source.initializer:
        blanks["initialize"] = source.initializer.call
        blanks["keeper"] = source.initializer.name.partition(".")[0]
    blanks["initializer"] = _initializer_keywords(source, find(setting.strategy), method)
    blanks["pool"] = blanks["pool"].removesuffix(")") + blanks["initializer"] + ")"
    if source.rate:
        blanks |= pacing.blanks(source.rate, source.initializer.call if source.initializer else "")
    by_name = {**_IMPORTS, **brought}
    imported, name = (reference.partition(".")[0] for reference in (source.function, call))
    own_names = _names_in(template.substitute(blanks, items=f"[]{arranged}")) - {name}
    function_import = f"from {source.module} import {imported}" + f" as {name}" * (name != imported)
    imports = [function_import] if source.module else []
    imports += [*source.items.imports, *(by_name[name] for name in own_names & by_name.keys())]
    imports += [source.initializer.statement] if source.initializer and source.initializer.module else []
    imports += ["import sys"] if source.folders else []
    imports += ["import os"] if source.inner_threads else []
    code = template.substitute(blanks, items=f"{source.items.expression.strip()}{arranged}")
    bound = f"{name} = {source.bound}\n\n" if source.bound else ""
    return f"{_sorted_imports(imports, source)}\n{bound}{code}"


def _initializer_keywords(source: Source, strategy: Strategy, method: str) -> str:
    """What each worker of a pool calls first, as its keywords: what shares something calls the user's own in turn."""
    if source.shared:
        return source.shared.keywords
    if source.rate and pacing.is_shared(strategy):
        return pacing.keywords(source.rate, method)
    return source.initializer.keywords if source.initializer else ""


def _parts(script: str) -> tuple[dict[str, str], Template]:
    """The import statements that a script opens with, by the name that each binds, and the template below them."""
    imports, body = split(script)
    statements = {}
    for node in ast.parse(imports).body:
        for alias in getattr(node, "names", ()):
            module = f"from {node.module} " if isinstance(node, ast.ImportFrom) else ""
            statements[alias.asname or alias.name] = f"{module}import {ast.unparse(alias)}"
    return statements, Template(body)


def _blanks(call: str, setting: Setting, chunksize: int | None, method: str) -> dict[str, str]:
    """What fills a template, but for $items."""
    workers, size, named = setting.workers, chunksize or 1, f'get_context("{method}")'
    given = chunksize and not (chunksize == 1 and _goes_one_by_one(setting))
    slices = f"[items[first : first + {size}] for first in range(0, len(items), {size})]"
    return {
        "function": call,
        "workers": str(workers),
        "chunksize": f", chunksize={chunksize}" if given else "",
        "chunk_size": f", chunk_size={chunksize}" if given else "",
        "size": str(size),
        "start_method": setting.start_method,  # for a library whose default is not this Python's
        "chunks": "[[item] for item in items]" if size == 1 else slices,
        "pool": f"{named}.Pool({workers})" if method else f"Pool({workers})",
        "mp_context": f", mp_context={named}" if method else "",
        "context": f"    context = {named}\n" if method else "",
        "of": "context." if method else "",
        "initializer": "",
    }


def _goes_one_by_one(setting: Setting) -> bool:
    """Whether the strategy hands over one item at a time by itself, however many there are."""
    default = find(setting.strategy).default_chunksize
    return default is not None and default(1_000_000, setting.workers) == 1


def _sorted_imports(statements: Iterable[str], source: Source) -> str:
    """The import statements, renamed ones apart, by section: standard library, others', the user's own modules."""
    grouped: dict[tuple[int, bool, str, str], set[str]] = defaultdict(set)
    for node in ast.parse("\n".join(statements)).body:
        for alias in getattr(node, "names", ()):
            origin = getattr(node, "module", None) or alias.name
            package = origin.partition(".")[0]
            section = 2 if package == source.module.partition(".")[0] else int(package not in sys.stdlib_module_names)
            grouped[section, isinstance(node, ast.ImportFrom), origin, alias.asname or "~"].add(ast.unparse(alias))
    sections: dict[int, str] = defaultdict(str)
    for (section, of, origin, _), names in sorted(grouped.items()):
        sections[section] += f"from {origin} " * of + f"import {', '.join(sorted(names))}\n"
    if source.inner_threads:
        sections[0] += f'\nos.environ["{INNER_THREADS}"] = "{source.inner_threads}"  # before numpy is imported\n'
    if source.folders:  # before what lies there is imported, and again in every spawned worker
        sections[0] += f"\nsys.path[:0] = [{', '.join(map(quoted, source.folders))}]\n"
    return "\n".join(sections[number] for number in sorted(sections))


def _names_in(code: str) -> set[str]:
    """Every name that the code reads or binds, and its keyword arguments."""
    nodes = ast.walk(ast.parse(code))
    names = {getattr(node, part, None) for node in nodes for part in ("id", "arg", "name", "asname")}
    return {name.partition(".")[0] for name in names if isinstance(name, str)}
