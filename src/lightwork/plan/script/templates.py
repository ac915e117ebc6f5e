"""Recipe: a setting as the Python script that runs a user's own function in exactly that way.

    Source (function, items) + Setting + chunksize -> recipe() -> text to paste

Pure: nothing of the user's is imported, read or run. A recipe does what its strategy's file does in the shortest
form that still ends when an item raises; a static split goes through a Pool, one part a worker, to that end.
"""

import ast
import keyword
import multiprocessing
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from string import Template

from lightwork.core.setting import Setting
from lightwork.errors import UsageError, unknown
from lightwork.plan.script.items_source import ARGUMENTS, Origin, quoted

_GUARD = 'if __name__ == "__main__":\n'  # a spawned worker imports the script, and must not run it
_POOL = "    with $pool as pool:\n"
_EXECUTOR = """\
    with {}PoolExecutor($workers) as executor:
        results = list(executor.map($function, items))
"""
_FROM, _TO = "i * len(items) // $workers", "(i + 1) * len(items) // $workers"
_PARTS = """
def work(part):
    return [$function(item) for item in part]


$begin\
    cuts = {}
    with $pool as pool:
        results = [result for part in pool.map(work, cuts) for result in part]
"""
# After the imports; $begin is the guard, the items and their order.
_TEMPLATES = {
    "serial": "$begin    results = [$function(item) for item in items]\n",
    "map": f"$begin{_POOL}        results = pool.map($function, items$chunksize)\n",
    "imap_unordered": f"$begin{_POOL}        results = list(pool.imap_unordered($function, items$chunksize))\n",
    "process_executor": "$begin    with ProcessPoolExecutor($workers$mp_context) as executor:\n"
    "        results = list(executor.map($function, items$chunksize))\n",
    "threads": f"$begin{_EXECUTOR.format('Thread')}",
    "interpreters": f"$begin{_EXECUTOR.format('Interpreter')}",
    "apply_async": f"$begin{_POOL}        pending = [pool.apply_async($function, (item,)) for item in items]\n"
    "        results = [answer.get() for answer in pending]\n",
    "joblib": """\
$begin\
    parallel = Parallel(n_jobs=$workers, batch_size=$size)
    results = parallel(delayed($function)(item) for item in items)
""",
    "mpire": """\
$begin\
    arguments = [(item,) for item in items]  # else a tuple would become several
    with WorkerPool(n_jobs=$workers, start_method="$start_method") as pool:
        results = pool.map_unordered($function, arguments$chunk_size)
""",
    "dask": """
def work(chunk):
    return [$function(item) for item in chunk]


$begin\
    config.set({"distributed.worker.multiprocessing-method": "$start_method"})
    cluster = LocalCluster(n_workers=$workers, threads_per_worker=1, dashboard_address=":0")
    with cluster, Client(cluster) as client:
        chunks = $chunks
        tasks = client.map(work, chunks, pure=False)
        results = [result for part in client.gather(tasks) for result in part]
""",
    "static": _PARTS.format(f"[items[{_FROM} : {_TO}] for i in range($workers)]"),
    "static_striped": _PARTS.format("[items[i::$workers] for i in range($workers)]"),
    "fork": """\
$begin\
    children, answers = [], []
    for worker in range($workers):
        receiver, sender = os.pipe()
        pid = os.fork()
        if pid == 0:  # the child: does its part and leaves, whatever happens
            try:
                with os.fdopen(sender, "wb") as pipe:
                    pickle.dump([$function(item) for item in items[worker::$workers]], pipe)
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(0)
        os.close(sender)
        children.append((pid, receiver))
    for pid, receiver in children:
        with os.fdopen(receiver, "rb") as pipe:
            answers.append(pipe.read())
        os.waitpid(pid, 0)
    results = [result for answer in answers for result in pickle.loads(answer)]
""",
    "shared_memory": """
def work(item):
    pickled = pickle.dumps($function(item), protocol=5)
    if len(pickled) <= 65536:  # a pipe holds it
        return pickled
    block = SharedMemory(create=True, size=len(pickled))
    block.buf[: len(pickled)] = pickled
    block.close()
    return block.name


def take(answer):
    if isinstance(answer, bytes):
        return pickle.loads(answer)
    block = SharedMemory(answer)
    result = pickle.loads(block.buf)
    block.close()
    block.unlink()
    return result


$begin\
    resource_tracker.ensure_running()  # first, so that all workers share it
    with $pool as pool:
        answers = pool.imap_unordered(work, items$chunksize)
        results = [take(answer) for answer in answers]
""",
    "queue": """
def work(tasks, answers):
    for chunk in iter(tasks.get, None):
        try:
            answers.put([$function(item) for item in chunk])
        except Exception as error:
            error.add_note(traceback.format_exc())
            answers.put(error)


$begin\
    chunks = $chunks
$context\
    tasks, answers = ${of}Queue(maxsize=2 * $workers), ${of}Queue()
    for _ in range($workers):
        ${of}Process(target=work, args=(tasks, answers)).start()
    for chunk in chunks + [None] * $workers:
        tasks.put(chunk)
    received = [answers.get() for _ in chunks]
    for process in ${of}active_children():
        process.join()
    for answer in received:
        if isinstance(answer, Exception):
            raise answer
    results = [result for answer in received for result in answer]
""",
    "pipe": """
def work(pipe):
    for chunk in iter(pipe.recv, None):
        pipe.send([$function(item) for item in chunk])


$begin\
    chunks = iter($chunks)
    crew, results = {}, []
$context\
    for _ in range($workers):
        ours, theirs = ${of}Pipe()
        crew[ours] = ${of}Process(target=work, args=(theirs,), daemon=True)
        crew[ours].start()
        theirs.close()  # so that a dead worker's pipe shows its end
        ours.send(next(chunks, []))
    while crew:
        for pipe in wait(list(crew)):
            results += pipe.recv()  # EOFError: this worker failed
            pipe.send(chunk := next(chunks, None))
            if chunk is None:
                crew.pop(pipe).join()
""",
}
WITHOUT_A_RECIPE = {
    "single_writer": "it needs the work in two halves, where a recipe has one function; copy the strategy's own file",
}
_KINDS = ("Interpreter", "Process", "Thread")
_PARALLEL = ("Pipe", "Pool", "Process", "Queue", "active_children", "get_context", "resource_tracker")
_IMPORTS = {
    "wait": "from multiprocessing.connection import wait",
    "SharedMemory": "from multiprocessing.shared_memory import SharedMemory",
    "Parallel": "from joblib import Parallel",
    "delayed": "from joblib import delayed",
    "WorkerPool": "from mpire import WorkerPool",
    "config": "from dask import config",
}
_IMPORTS |= {name: f"import {name}" for name in ("os", "pickle", "random", "traceback")}
_IMPORTS |= {name: f"from multiprocessing import {name}" for name in _PARALLEL}
_IMPORTS |= {name: f"from dask.distributed import {name}" for name in ("Client", "LocalCluster")}
_IMPORTS |= {f"{kind}PoolExecutor": f"from concurrent.futures import {kind}PoolExecutor" for kind in _KINDS}


@dataclass(frozen=True)
class Source:
    """The user's work: a function of one item, and its items.

    module: as an import statement names it, `etl.load`; function: its name there. folders: where its modules lie, when
    that is not where Python looks for them by itself.
    Raises UsageError for what no import statement can name.
    """

    module: str
    function: str
    items: Origin = ARGUMENTS
    folders: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in (*self.module.split("."), self.function):
            if not name.isidentifier() or keyword.iskeyword(name):
                raise UsageError(f"can't import {self.function} from {self.module}: {name!r} is not a Python name")


def recipe(source: Source, setting: Setting, chunksize: int | None, *, usual_method: str | None = None) -> str:
    """A script that runs the source under this setting and leaves `results`, in the strategy's own order.

    chunksize: the one in force (a cell's); None where the strategy has none or is to use its own default.
    usual_method: the start method that needs no mention; None for the default of this Python.
    Raises UsageError for a strategy without a recipe.
    """
    if setting.strategy in WITHOUT_A_RECIPE:
        raise UsageError(f"there is no recipe for {setting.strategy}: {WITHOUT_A_RECIPE[setting.strategy]}")
    if setting.strategy not in _TEMPLATES:
        raise unknown("strategy", setting.strategy, sorted(_TEMPLATES))
    usual_method = usual_method or multiprocessing.get_all_start_methods()[0]
    method = "" if setting.start_method == usual_method else setting.start_method
    call = source.function
    taken = _names_in(_script(replace(source, function="_"), "_", setting, chunksize, method))
    while call in taken:
        call += "_"
    return _script(source, call, setting, chunksize, method)


def _script(source: Source, call: str, setting: Setting, chunksize: int | None, method: str) -> str:
    """The script in which the user's function is called `call` and `method` is the start method, if named."""
    template, blanks = Template(_TEMPLATES[setting.strategy]), _blanks(call, setting, chunksize, method)
    setup = _setup(setting, files=source.items.files)
    own_names = _names_in(template.substitute(blanks, begin=_GUARD + setup)) - {call}
    own = f"from {source.module} import {source.function}" + f" as {call}" * (call != source.function)
    imports = [own, *source.items.imports, *(_IMPORTS[name] for name in own_names & _IMPORTS.keys())]
    imports += ["import sys"] if source.folders else []
    code = template.substitute(blanks, begin=f"{_GUARD}    items = {source.items.expression.strip()}\n{setup}")
    return f"{_sorted_imports(imports, source)}\n{code}"


def _setup(setting: Setting, *, files: bool) -> str:
    """The lines that put the items in order and keep the script and its workers to so many cores."""
    reverse = ", reverse=True" if setting.order == "largest-first" else ""
    order = f"    # By what makes an item slow: items = sorted(items, key=...{reverse})\n"
    if files:
        order = f"    items = sorted(items, key=os.path.getsize{reverse})\n"
    order = {"given": "", "shuffled": "    items = random.sample(items, len(items))\n"}.get(setting.order, order)
    cores = f"    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:{setting.cores}])\n"
    return order + (cores if setting.cores else "")


def _blanks(call: str, setting: Setting, chunksize: int | None, method: str) -> dict[str, str]:
    """What fills a template, but for $begin."""
    workers, size, named = setting.workers, chunksize or 1, f'get_context("{method}")'
    slices = f"[items[first : first + {size}] for first in range(0, len(items), {size})]"
    return {
        "function": call,
        "workers": str(workers),
        "chunksize": f", chunksize={chunksize}" if chunksize else "",
        "chunk_size": f", chunk_size={chunksize}" if chunksize else "",
        "size": str(size),
        "start_method": setting.start_method,  # for a library whose default is not this Python's
        "chunks": "[[item] for item in items]" if size == 1 else slices,
        "pool": f"{named}.Pool({workers})" if method else f"Pool({workers})",
        "mp_context": f", mp_context={named}" if method else "",
        "context": f"    context = {named}\n" if method else "",
        "of": "context." if method else "",
    }


def _sorted_imports(statements: Iterable[str], source: Source) -> str:
    """The import statements, renamed ones apart, by section: standard library, others', the user's own modules."""
    found: dict[tuple[int, bool, str, str], set[str]] = defaultdict(set)
    for node in ast.parse("\n".join(statements)).body:
        for alias in getattr(node, "names", ()):
            origin = getattr(node, "module", None) or alias.name
            package = origin.partition(".")[0]
            section = 2 if package == source.module.partition(".")[0] else int(package not in sys.stdlib_module_names)
            found[section, isinstance(node, ast.ImportFrom), origin, alias.asname or "~"].add(ast.unparse(alias))
    sections: dict[int, str] = defaultdict(str)
    for (section, of, origin, _), names in sorted(found.items()):
        sections[section] += f"from {origin} " * of + f"import {', '.join(sorted(names))}\n"
    if source.folders:  # before what lies there is imported, and again in every spawned worker
        sections[0] += f"\nsys.path[:0] = [{', '.join(map(quoted, source.folders))}]\n"
    return "\n".join(sections[number] for number in sorted(sections))


def _names_in(code: str) -> set[str]:
    """Every name that the code reads or binds, and its keyword arguments."""
    nodes = ast.walk(ast.parse(code))
    names = {getattr(node, part, None) for node in nodes for part in ("id", "arg", "name", "asname")}
    return {name.partition(".")[0] for name in names if isinstance(name, str)}
