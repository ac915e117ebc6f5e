"""lightwork doctor: what it prints, for people and for programs, on this machine and inside a real quota."""

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from dataclasses import fields, is_dataclass, replace

import pytest
from benches import lightwork
from checkups import FAULTLESS, machine, part
from control_groups import control_group, inside

from lightwork.cli import main
from lightwork.diagnosis.advice import advice
from lightwork.diagnosis.checkup import Checkup
from lightwork.diagnosis.findings import NOT_TOLD, findings
from lightwork.machine.pressure import Pressure
from lightwork.machine.switches import SWITCHES

FAST = ("doctor", "--seconds", "0.05", "--workload", "sleep_io")
HOSTILE = "\x1b[2Jevil\nname\u202e"
HEADINGS = ["CPUs", "Memory", "Storage", "Python", "Environment"]


@pytest.fixture(autouse=True)
def _no_switches(monkeypatch):
    """No variable is set that the doctor would name."""
    for switch in SWITCHES:
        monkeypatch.delenv(switch.name, raising=False)


def words(checkup):
    """The facts in words, by topic."""
    return {one.topic: one.words for one in findings(checkup)}


def told(capsys, *arguments):
    """What the command printed."""
    assert main([*FAST, *arguments]) == 0
    printed = capsys.readouterr()
    assert printed.err == ""
    return printed.out


def on_a_terminal(columns, *arguments):
    """What the command writes to a real terminal of that many columns, with its escape sequences."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR")}
    command = [sys.executable, "-m", "lightwork", *FAST, *arguments]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env={**environment, "TERM": "xterm"}):
        os.close(theirs)
        chunks = []
        try:
            while chunk := os.read(ours, 65536):
                chunks.append(chunk)
        except OSError:  # how a terminal tells that nobody writes to it any more
            pass
    os.close(ours)
    return b"".join(chunks).decode().replace("\r\n", "\n")


def hostile(value):
    """The same data with control characters in every string."""
    if isinstance(value, str):
        return HOSTILE
    if isinstance(value, dict):
        return {key: hostile(one) for key, one in value.items()}
    if isinstance(value, tuple):
        return tuple(hostile(one) for one in value)
    if is_dataclass(value):
        return replace(value, **{field.name: hostile(getattr(value, field.name)) for field in fields(value)})
    return value


def test_prints_every_fact_once(capsys):
    """Without a terminal every heading, every fact and every advice is a line of its own, without colours."""
    out = told(capsys)
    lines = out.splitlines()
    assert [line for line in lines if not line.startswith(" ")] == HEADINGS
    facts = [line for line in lines if re.match("  [^ ]", line)]
    assert [fact[2:].split("  ")[0] for fact in facts] == [one.topic for one in findings(FAULTLESS)]
    assert all(line.lstrip().startswith("-> ") for line in set(lines) - set(facts) - set(HEADINGS))
    assert "\x1b" not in out


def test_fits_a_terminal(tmp_path):
    """On 80 columns no line is longer, nothing is lost by folding, and advice stands out."""
    folder = tmp_path / ("a long name " * 15).strip()
    written = on_a_terminal(80, "--data", str(folder))
    plain = re.sub(r"\x1b\[[0-9;]*m", "", written)
    assert max(map(len, plain.splitlines())) <= 80
    assert str(folder).replace(" ", "") in re.sub(r"\s", "", plain)
    assert "\x1b[1mCPUs\x1b[0m" in written
    assert plain.count("-> ") == written.count("\x1b[1;33m-> ")


def test_json_holds_all_facts(capsys, tmp_path):
    """--json prints one object with every part of the checkup, the machine's facts, and a list of advice."""
    found = json.loads(told(capsys, "--json", "--data", str(tmp_path)))
    assert {field.name for field in fields(Checkup)} - {"machine"} <= set(found)
    assert found["usable_cpus"] <= found["logical_cpus"]
    assert found["data_folder"]["folder"] == str(tmp_path)
    assert found["load"] is None or found["load"]["window_s"] >= 0.05
    assert found["thread_pools"] == {"imported": "sleep_io", "pools": []}
    assert all(set(one) == {"topic", "text"} for one in found["advice"])


def test_the_data_folder_is_that_of_the_workloads(capsys, monkeypatch, tmp_path):
    """Without --data the folder is the one that workloads prepare their data in."""
    monkeypatch.setenv("LIGHTWORK_DATA", str(tmp_path / "mine"))
    assert json.loads(told(capsys, "--json"))["data_folder"]["folder"] == str(tmp_path / "mine")
    assert not (tmp_path / "mine").exists()


@pytest.mark.timing
def test_inside_a_real_quota(tmp_path):
    """In a group with half a CPU, doctor says 0.5, that it was held back, and what the default Pool() would do."""
    burn = "import time\nwhile time.process_time() < 0.4: pass"
    with control_group(0.5) as folder:
        subprocess.run(inside(folder, sys.executable, "-c", burn), check=True, timeout=200)
        command = inside(folder, sys.executable, "-m", "lightwork", *FAST, "--json")
        ended = subprocess.run(command, check=True, capture_output=True, text=True, timeout=200)
    found = json.loads(ended.stdout)
    assert (found["usable_cpus"], found["quota_cpus"], found["quota_from"]) == (0.5, 0.5, str(folder))
    assert found["throttling"]["throttled_periods"] > 0
    assert found["throttling"]["throttled_ns"] > 0
    advised = {one["topic"]: one["text"] for one in found["advice"]}
    assert {"usable", "throttled", "default Pool()"} <= set(advised)
    assert f"says {os.cpu_count()}, you may use 0.5" in advised["default Pool()"]


def test_control_characters_come_out_inert(tmp_path):
    """A folder's name with escapes and newlines is printed as text, and JSON carries it back."""
    found = lightwork(tmp_path, *FAST, "--data", f"{tmp_path}/{HOSTILE}")
    assert found.returncode == 0
    assert r"\x1b[2Jevil\nname\u202e" in found.stdout
    assert all(line.isprintable() for line in found.stdout.splitlines())
    as_json = lightwork(tmp_path, *FAST, "--json", "--data", f"{tmp_path}/{HOSTILE}").stdout
    assert all(line.isprintable() for line in as_json.splitlines())
    assert json.loads(as_json)["data_folder"]["folder"] == f"{tmp_path}/{HOSTILE}"


def test_no_string_of_the_system_reaches_a_terminal_raw():
    """Whatever string of a checkup holds control characters, the findings print."""
    assert all(one.words.isprintable() for one in findings(hostile(FAULTLESS)))
    assert any(r"\x1b[2Jevil" in one.words for one in findings(hostile(FAULTLESS)))


def test_what_is_not_told_says_so():
    """Facts that the system does not tell read "unknown", never 0 and never "none"."""
    silent = replace(
        machine(physical_cpus=None),
        cgroup_versions=(),
        throttling=None,
        load=None,
        pressure=Pressure(None, None, None),
        data_folder=replace(FAULTLESS.data_folder, filesystem="unknown", device="unknown"),
        thread_pools=replace(FAULTLESS.thread_pools, pools=None),
    )
    untold = {topic for topic, text in words(silent).items() if text == NOT_TOLD}
    assert untold == {
        "quota", "throttled", "load by others", "steal", "CPU pressure", "memory limit", "memory pressure",
        "filesystem", "IO pressure", "thread pools",
    }  # fmt: skip
    assert words(silent)["cores"] == "8 logical, physical unknown"
    assert words(part("interpreter", optimised=None))["build"] == "release, optimisation unknown"


@pytest.mark.parametrize(
    ("arguments", "saying"),
    [
        (["--workload", "no_such"], "unknown workload 'no_such'"),
        (["--data", "/etc/passwd"], "'/etc/passwd' is a file: name a folder with --data"),
    ],
)
def test_refuses_in_one_line(arguments, saying, capsys):
    """An unknown workload, and a file for a folder: one line and status 2."""
    assert main(["doctor", *arguments]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert saying in printed.err


@pytest.mark.parametrize("word", ["0", "-1", "nan", "inf", "61", "soon"])
def test_refuses_a_window_without_sense(word, capsys):
    """A look of no length, an endless one and a word are refused with what is allowed."""
    with pytest.raises(SystemExit) as left:
        main(["doctor", "--seconds", word])
    assert left.value.code == 2
    assert f"{word!r} is not a number of seconds up to 60" in capsys.readouterr().err


def test_names_the_switches_that_are_set(capsys, monkeypatch):
    """Variables that change how Python runs are named with their values and effects, and saved; others are not."""
    monkeypatch.setenv("PYTHON_CPU_COUNT", "1")
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    monkeypatch.setenv("PYTHONPATHS", "x")
    lines = [line.strip() for line in told(capsys).partition("Environment\n")[2].splitlines()]
    assert [line.split()[:2] for line in lines[::2]] == [["OMP_NUM_THREADS", "3"], ["PYTHON_CPU_COUNT", "1"]]
    assert [line[:3] for line in lines[1::2]] == ["-> ", "-> "]
    assert json.loads(told(capsys, "--json"))["switches"] == {"OMP_NUM_THREADS": "3", "PYTHON_CPU_COUNT": "1"}


def test_another_system_without_the_folder_is_not_told_to_mount_it():
    """On macOS shared memory has no folder: it is unknown how much there is, and nothing is advised."""
    mac = replace(machine(kernel="Darwin 24.1"), shared_memory=None)
    assert words(mac)["shared memory"] == NOT_TOLD
    assert "shared memory" not in [each.topic for each in advice(mac)]
