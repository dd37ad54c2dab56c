"""Writes the report: a text and a picture about what was loaded."""

import os
import sqlite3
from typing import Any
from xml.sax.saxutils import escape

Bars = list[tuple[str, float]]

TOP = 10
KIB_IN_MIB = 1024.0


def numbers(database: sqlite3.Connection) -> dict[str, Any]:
    def one(query: str) -> Any:
        return database.execute(query).fetchone()

    def bars(query: str) -> Bars:
        return [(name, value) for name, value in database.execute(query)]

    installed, installed_kib, mean, most = one(
        "SELECT count(*), total(installed_kib), avg(dependencies), max(dependencies)"
        " FROM packages WHERE source = 'installed'"
    )
    (available,) = one("SELECT count(*) FROM packages WHERE source = 'available'")
    (uncounted,) = one("SELECT count(*) FROM packages WHERE dependencies IS NULL")
    return {
        "installed": installed,
        "available": available,
        "installed_mib": installed_kib / KIB_IN_MIB,
        "dependencies_mean": mean or 0.0,
        "dependencies_max": most or 0,
        "uncounted": uncounted,
        "sizes": bars(
            f"SELECT class, total(installed_kib) / {KIB_IN_MIB} AS mib FROM packages"
            f" WHERE source = 'installed' GROUP BY class ORDER BY mib DESC, class LIMIT {TOP}"
        ),
        "largest": bars(
            f"SELECT package, installed_kib / {KIB_IN_MIB} AS mib FROM packages"
            f" WHERE source = 'installed' ORDER BY mib DESC, package LIMIT {TOP}"
        ),
        "maintainers": bars(
            "SELECT maintainer, count(*) AS packages FROM packages"
            f" WHERE source = 'installed' GROUP BY maintainer ORDER BY packages DESC, maintainer"
            f" LIMIT {TOP}"
        ),
        "dependencies": bars(
            "SELECT package, dependencies FROM packages WHERE source = 'installed'"
            f" AND dependencies > 0 ORDER BY dependencies DESC, package LIMIT {TOP}"
        ),
    }


def text_of(found: dict[str, Any], extract: dict[str, Any]) -> str:
    lines = [
        "Packages of this machine",
        "",
        f"  records read           {extract['records']:>9}",
        f"  installed packages     {found['installed']:>9}",
        f"  available in the lists {found['available']:>9}",
        f"  installed size         {found['installed_mib']:>9.1f} MiB",
        f"  dependencies           {found['dependencies_mean']:>9.1f} a package,"
        f" {found['dependencies_max']} at most",
    ]
    if found["uncounted"]:
        lines.append(f"  without a count        {found['uncounted']:>9}")
    for title, name, unit in (
        ("Installed size by kind", "sizes", "MiB"),
        ("Largest packages", "largest", "MiB"),
        ("Maintainers with the most packages", "maintainers", "packages"),
        ("Packages with the most dependencies", "dependencies", "dependencies"),
    ):
        lines += ["", title, ""]
        for label, value in found[name]:
            shown = f"{value:.1f}" if unit == "MiB" else str(value)
            lines.append(f"  {label[:44]:<44} {shown:>9} {unit}")
    return "\n".join(lines) + "\n"


def panel(title: str, bars: Bars, left: int, unit: str) -> list[str]:
    """A bar chart of at most TOP rows; `left` is where it begins."""
    parts = [f'<text x="{left}" y="70" class="title">{escape(title)}</text>']
    largest = max((value for _, value in bars), default=1) or 1
    for row, (label, value) in enumerate(bars):
        top = 90 + row * 34
        width = max(1.0, 300 * value / largest)
        shown = f"{value:.0f} {unit}"
        parts += [
            f'<text x="{left}" y="{top + 9}" class="label">{escape(label[:48])}</text>',
            f'<rect x="{left}" y="{top + 13}" width="{width:.1f}" height="10" rx="2"/>',
            f'<text x="{left + width + 6:.1f}" y="{top + 22}" class="value">{escape(shown)}</text>',
        ]
    return parts


def picture_of(found: dict[str, Any]) -> str:
    heading = (
        f"{found['installed']} packages, {found['installed_mib']:.0f} MiB installed,"
        f" {found['available']} available"
    )
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" width="860" height="450" role="img">',
        "<style>text{font-family:sans-serif;fill:#223}.head{font-size:20px;font-weight:bold}"
        ".title{font-size:15px;font-weight:bold}.label{font-size:11px}.value{font-size:10px}"
        "rect{fill:#3a7ca5}.paper{fill:#fff}</style>",
        '<rect class="paper" width="860" height="450"/>',
        f'<text x="30" y="36" class="head">{escape(heading)}</text>',
        *panel("Installed size by kind", found["sizes"], 30, "MiB"),
        *panel("Maintainers", found["maintainers"], 450, "packages"),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def write(path: str, text: str) -> None:
    with open(path + ".draft", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(path + ".draft", path)


def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    settings = event["settings"]
    database = sqlite3.connect(settings["database"])
    try:
        found = numbers(database)
    finally:
        database.close()
    report = os.path.join(settings["work_dir"], "report.txt")
    picture = os.path.join(settings["work_dir"], "report.svg")
    write(report, text_of(found, event["extract"]))
    write(picture, picture_of(found))
    return {
        "report": report,
        "picture": picture,
        "database": settings["database"],
        "installed": found["installed"],
        "available": found["available"],
        "installed_mib": round(found["installed_mib"], 1),
    }
