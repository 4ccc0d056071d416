"""Many rows for one statement on PostgreSQL: as JSON, so that the statement is the same for any number of them.

A statement for each row costs the server more than what it does to the row. SQLite, which is no server, gains nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

import attrs

from msgcore.runtime import SqlValue

__all__ = ["RecordSet"]


@attrs.frozen
class RecordSet:
    """Rows of named columns, each with PostgreSQL's name of its type; what is ``bytea`` travels as text in hex."""

    columns: Mapping[str, str]

    @property
    def sql(self) -> str:
        """Give what stands for the rows behind FROM, as ``given``; it takes one parameter."""
        typed = ", ".join(f"{name} {kind.replace('bytea', 'text')}" for name, kind in self.columns.items())
        return f"json_to_recordset(cast(? as json)) as given ({typed})"

    @property
    def values(self) -> str:
        """Give the columns of ``given`` as what they are."""
        return ", ".join(f"decode({name}, 'hex')" if kind == "bytea" else name for name, kind in self.columns.items())

    def parameter(self, rows: Iterable[Sequence[SqlValue]]) -> str:
        records = [
            {
                name: value.hex() if isinstance(value, bytes) else value
                for name, value in zip(self.columns, row, strict=True)
            }
            for row in rows
        ]
        return json.dumps(records, ensure_ascii=False)
