"""Write src/msgcore/props/table.py from the fact tables: python tools/generate_property_table.py FOLDER"""

from __future__ import annotations

import csv
import subprocess
import sys
from pathlib import Path

TARGET = Path(__file__).parent.parent / "src/msgcore/props/table.py"

# Ptyp name -> (constant, Python kind)
TYPES = {
    "PtypNull": ("PT_NULL", "None"),
    "PtypInteger16": ("PT_SHORT", "int"),
    "PtypInteger32": ("PT_LONG", "int"),
    "PtypInteger64": ("PT_I8", "int"),
    "PtypFloating64": ("PT_DOUBLE", "float"),
    "PtypBoolean": ("PT_BOOLEAN", "bool"),
    "PtypObject": ("PT_OBJECT", "object"),
    "PtypString": ("PT_UNICODE", "str"),
    "PtypTime": ("PT_SYSTIME", "datetime"),
    "PtypGuid": ("PT_CLSID", "UUID"),
    "PtypServerId": ("PT_SERVER_ID", "bytes"),
    "PtypRestriction": ("PT_RESTRICTION", "Restriction"),
    "PtypRuleAction": ("PT_RULE_ACTION", "bytes"),
    "PtypBinary": ("PT_BINARY", "bytes"),
    "PtypMultipleInteger32": ("PT_MV_LONG", "tuple[int, ...]"),
    "PtypMultipleString": ("PT_MV_UNICODE", "tuple[str, ...]"),
    "PtypMultipleTime": ("PT_MV_SYSTIME", "tuple[datetime, ...]"),
    "PtypMultipleGuid": ("PT_MV_CLSID", "tuple[UUID, ...]"),
    "PtypMultipleBinary": ("PT_MV_BINARY", "tuple[bytes, ...]"),
}


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def tag_line(row: dict[str, str]) -> tuple[str, str]:
    name = row["canonical_name"] or row["tag_name"]
    constant, kind = TYPES[row["type"]]
    pr_name, area = row["tag_name"], row["area"]
    return name, f'{name}: PropertyTag[{kind}] = PropertyTag({row["id"]}, {constant}, "{name}", "{pr_name}", "{area}")'


def set_constant(set_name: str) -> str:
    return f"_{set_name}"


def named_line(row: dict[str, str]) -> tuple[str, str]:
    name = row["canonical_name"]
    constant, kind = TYPES[row["type"]]
    identity = row["lid_or_name"]
    if not identity.startswith("0x"):
        identity = f'"{identity.lower() if row["set_name"] == "PS_INTERNET_HEADERS" else identity}"'
    where = set_constant(row["set_name"])
    return name, f'{name}: NamedProperty[{kind}] = NamedProperty({where}, {identity}, {constant}, "{name}")'


def main(folder: Path) -> None:
    named_rows = rows(folder / "named_properties.csv")
    named = dict(map(named_line, named_rows))
    sets = {row["set_name"]: row["property_set_guid"] for row in named_rows}
    tag_rows = rows(folder / "property_tags.csv")
    tags = dict(map(tag_line, tag_rows))
    constants = sorted({TYPES[row["type"]][0] for row in (*tag_rows, *named_rows)})
    aliases: dict[str, list[str]] = {}
    for row in rows(folder / "property_tag_aliases.csv"):
        aliases.setdefault(row["alias"], []).append(row["name"])
    lines = [
        '"""Every documented property: written by tools/generate_property_table.py, not by hand."""',
        "",
        "# ruff: noqa: E501",
        "",
        "from __future__ import annotations",
        "",
        "from datetime import datetime",
        "from uuid import UUID",
        "",
        "from msgcore.props.restriction import Restriction",
        "from msgcore.props.tags import NamedProperty, PropertyTag",
        f"from msgcore.props.types import {', '.join(constants)}",
        "",
        "# fmt: off",
        "ALIASES: dict[str, tuple[str, ...]] = {",
        *(f"    {alias!r}: {tuple(names)!r}," for alias, names in sorted(aliases.items())),
        "}",
        "",
        *(f'{set_constant(name)} = UUID("{guid}")' for name, guid in sorted(sets.items())),
        "",
        *tags.values(),
        *named.values(),
        "",
        "__all__ = [",
        *(f'    "{name}",' for name in sorted([*tags, *named])),
        "]",
    ]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8")
    subprocess.run([sys.executable, "-m", "ruff", "format", "--quiet", str(TARGET)], check=True)
    subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--select=I,E,F,RUF", "--fix", "--quiet", str(TARGET)], check=True
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
