"""Rows grouped by their values of some keys: by SQL where it has columns for them, else in memory."""

from __future__ import annotations

from collections.abc import Sequence

from msgcore.props.table import PidTagInstanceKey, PidTagMessageFlags
from msgcore.providers.internal.contents import FolderTable
from msgcore.providers.internal.paging import ALL, Order
from msgcore.spi import rows
from msgcore.spi.store import MessageFlag, RowGroup

__all__ = ["group_rows"]

_UNREAD = f"count(*) filter (where flags & {int(MessageFlag.READ)} = 0)"


def group_rows(table: FolderTable) -> Sequence[RowGroup]:
    """Group a table's rows by its sort keys, in their order."""
    keys = table.query.sort_order
    if table.is_exact and table.order is not None:
        return _grouped_by_sql(table, table.order)
    tags = [*(key.tag for key in keys), PidTagInstanceKey, PidTagMessageFlags]
    return rows.group_rows(table.first(tags), None, keys)


def _grouped_by_sql(table: FolderTable, order: Order) -> list[RowGroup]:
    columns = [table.columns[key.tag.bag_key] for key in table.query.sort_order]
    sql, values = table.select(f"count(*) as count, {_UNREAD} as unread, min(id) as first", ALL)
    if order.keys:
        # No index is to lead: looking up each row in its order takes longer than sorting what a scan gives.
        sql += f" group by {', '.join(table.dialect.aside(key.sql) for key in order.keys)}"
    shown = ", ".join(["one.count", "one.unread", *(column.name for column in columns)])
    behind = f" order by {order.of_groups}" if order.keys else ""
    return [
        RowGroup(
            tuple(None if one is None else column.from_sql(one) for one, column in zip(found, columns, strict=True)),
            count,
            unread,
        )
        for count, unread, *found in table.connection.rows(
            f"select {shown} from ({sql}) one join message on id = one.first{behind}", values
        )
    ]
