"""Drivers: the libraries through which servers are talked to, imported when a round first needs one."""

import importlib
from typing import Any

from lightwork.errors import UsageError
from lightwork.machine import extras


def psycopg() -> Any:
    """Psycopg 3. Raises UsageError, saying how to install it, where it is absent."""
    return _driver("psycopg", "PostgreSQL", "postgres")


def pymysql() -> Any:
    """PyMySQL. Raises UsageError, saying how to install it, where it is absent."""
    return _driver("pymysql", "MariaDB and MySQL", "mariadb")


def duckdb() -> Any:
    """DuckDB itself. Raises UsageError, saying how to install it, where it is absent."""
    return _driver("duckdb", "DuckDB", "duckdb")


def _driver(module: str, server: str, extra: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError as error:  # absent, or without the C library it needs
        told = " ".join(str(error).split())
        raise UsageError(f"{server} needs the library {module} ({told}){extras.install_hint(extra)}") from None
