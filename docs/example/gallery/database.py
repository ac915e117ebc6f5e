"""Rows into SQLite: each item parses some rows and inserts them; SQLite allows one writer at a time."""

import json
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

DATABASE = Path(tempfile.gettempdir()) / "gallery.sqlite"
BATCHES = list(range(120))


def create():
    """Start each run with an empty table: this is the plan's `setup`."""
    remove()
    with closing(sqlite3.connect(DATABASE)) as connection, connection:
        connection.execute("pragma journal_mode = wal")
        connection.execute("create table flights (id integer primary key, text text)")


def remove():
    """Delete the database: the plan's `cleanup`."""
    for path in DATABASE.parent.glob(f"{DATABASE.name}*"):
        path.unlink()


def load(batch):
    texts = [json.dumps({"flight": number, "delay": number % 60}) for number in range(batch * 500, batch * 500 + 500)]
    rows = [(json.loads(text)["flight"], text) for text in texts]
    with closing(sqlite3.connect(DATABASE, timeout=60)) as connection, connection:
        connection.executemany("insert into flights values (?, ?)", rows)
    return len(rows)
