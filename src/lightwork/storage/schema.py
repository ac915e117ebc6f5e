"""JSON Schemas made from dataclasses; the saved results' stands in results.schema.json beside this.

It tells the shape of what this version writes. Reading also refuses figures that can't be, which no schema tells.
"""

import inspect
import json
from pathlib import Path
from typing import Any

from lightwork.core.study import SCHEMA, Results
from lightwork.storage.results_json import KEY

FILE = Path(__file__).with_name("results.schema.json")
DIALECT = "https://json-schema.org/draft/2020-12/schema"
ELSEWHERE = ("saved_at", "commit")  # of Results: pytest-benchmark has its own places for them
AROUND: dict[str, dict[str, str]] = {  # what pytest-benchmark writes beside our key, as far as it is read here
    "datetime": {"type": "string", "description": "When the run was saved, ISO 8601."},
    "commit_info": {"type": "object", "description": "id, time, branch and dirty of the repository, if there was one."},
    "machine_info": {"type": "object", "description": "What pytest-benchmark knows of the machine."},
    "benchmarks": {
        "type": "array",
        "description": "One entry per setting, as pytest-benchmark writes it; failed ones are missing.",
    },
    "version": {"type": "string", "description": "Of pytest-benchmark."},
}


def schema() -> dict[str, Any]:
    """The schema of a saved file: draft 2020-12, with a definition for every dataclass of the results."""
    kinds = definitions_of(Results)
    results = kinds["Results"]
    for name in ELSEWHERE:
        del results["properties"][name]
    results["properties"]["schema"] = {"const": SCHEMA}
    results["required"] = [*results["required"], "schema"]
    kinds["Cell"]["properties"]["losses"]["propertyNames"] = {"pattern": "^-?[0-9]+$"}
    return {
        "title": "Saved results of lightwork",
        "description": f"A run saved by pytest-benchmark, with all that lightwork measured under the key {KEY}. Names "
        "may be added to it; none is removed or changes its meaning without another number in schema.",
        "type": "object",
        "properties": {KEY: {"$ref": "#/$defs/Results"}, **AROUND},
        "required": [KEY],
        "$defs": kinds,
    }


def text() -> str:
    """The schema as it stands in its file."""
    return text_of(schema())


def text_of(schema: dict[str, Any]) -> str:
    """A schema of draft 2020-12 as it stands in its file."""
    return json.dumps({"$schema": DIALECT, **schema}, indent=2) + "\n"


def definitions_of(kind: type) -> dict[str, Any]:
    """A definition for this dataclass and for each that it holds, by name; their docstrings are the descriptions."""
    import msgspec

    definitions = msgspec.json.schema(kind)["$defs"]
    return {name: _normalised(_plain(definitions[name])) for name in sorted(definitions)}


def _plain(kind: dict[str, Any]) -> dict[str, Any]:
    """The definition with its docstring as one reads it, whatever a Python version makes of the indentation."""
    return {**kind, "description": inspect.cleandoc(kind.get("description", ""))}


def _normalised(part: Any) -> Any:
    """The same schema in one form, whichever version of msgspec wrote it: sorted keywords, no empty default.

    From 0.23 on msgspec writes the default of a field that a factory fills, earlier versions do not.
    """
    if isinstance(part, list):
        return [_normalised(entry) for entry in part]
    if not isinstance(part, dict):
        return part
    keywords = {name: part[name] for name in sorted(part) if name != "default" or part[name] not in ({}, [])}
    return {
        name: {field: _normalised(kind) for field, kind in value.items()}
        if name == "properties"
        else _normalised(value)
        for name, value in keywords.items()
    }
