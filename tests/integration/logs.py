"""A generated call log with every trap that real ones have; all of it invented."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from pathlib import Path

HEADER = (
    "Incident_Num", "Agency", "Call_Start", "Queue_Time", "First_Dispatch", "First_Enroute", "First_Arrival",
    "First_Close", "Final_Close", "Problem", "Priority", "Reception", "Disposition", "Comment", "Unit",
    "Latitude", "Longitude", "Address",
)  # fmt: skip
MAPPING = """
[file]
source = "demo-cad"
missing = ["", "NULL", "-9999"]

[columns]
number = "Incident_Num"
agency = "Agency"
received = "Call_Start"
qualified = "Queue_Time"
assigned = "First_Dispatch"
en_route = "First_Enroute"
on_scene = "First_Arrival"
cleared = "First_Close"
closed = "Final_Close"
type = "Problem"
priority = "Priority"
channel = "Reception"
result = "Disposition"
words = "Comment"
team = "Unit"
lat = "Latitude"
lon = "Longitude"
address = "Address"

[time]
zone = "America/New_York"
formats = ["%m/%d/%Y %H:%M:%S.%f", "%m/%d/%Y %H:%M:%S"]

[agencies]
keep = ["Police"]

[types]
"TRAFFIC STOP" = "VKR-112"
"NOISE*" = "ORD-106"
"MVC INJURY" = "VKR-102"

[priorities]
1 = 1
2 = 2
4 = 4

[channels]
"E-911" = "cic_112"
"PHONE" = "zone"
"OFFICER" = "own_initiative"

[results]
"REPORT TAKEN" = "pv"
"UNFOUNDED" = "nothing_found"
"ADVISED" = "advice_by_phone"

[places]
precise_decimals = 4
fallback = [{ label = "Demoplein, Genk", lat = 50.9678, lon = 5.4887 }]
"""


@dataclass(frozen=True)
class Trap:
    """One row: what is odd about it, the cells that differ, and the remark or refusal it must give."""

    name: str
    cells: dict[str, str]
    code: str = ""
    extra: tuple[str, ...] = field(default=())


def clock(text: str, *, day: str = "{day}", millis: str = "") -> str:
    return f"{day} {text}{millis}"


USUAL = {
    "Agency": "POLICE",
    "Call_Start": clock("10:00:00"),
    "Queue_Time": clock("10:00:40"),
    "First_Dispatch": clock("10:01:30", millis=".120"),
    "First_Enroute": clock("10:01:33", millis=".4567"),
    "First_Arrival": clock("10:06:00", millis=".000"),
    "First_Close": clock("10:40:00"),
    "Final_Close": clock("10:55:00"),
    "Problem": "MVC INJURY",
    "Priority": "2",
    "Reception": "E-911",
    "Disposition": "UNFOUNDED",
    "Comment": "Invented",
    "Unit": "P12",
    "Latitude": "50.96781",
    "Longitude": "5.48872",
    "Address": "Demostraat 1",
}
NIGHT = "11/02/2025"  # the clocks go back at 02:00 to 01:00
SPRING = "03/09/2025"  # they go forward at 02:00 to 03:00

TRAPS = (  # in the order of their moments
    Trap(
        "in the hour that never was",
        {
            "Call_Start": clock("01:58:00", day=SPRING),
            "Queue_Time": clock("01:59:00", day=SPRING),
            "First_Dispatch": clock("02:10:00", day=SPRING),
            "First_Enroute": clock("03:11:00", day=SPRING),
            "First_Arrival": clock("03:15:00", day=SPRING),
            "First_Close": clock("03:40:00", day=SPRING),
            "Final_Close": clock("03:40:00", day=SPRING),
        },
        "clock_change",
    ),
    Trap(
        "across the clock change",
        {
            "Call_Start": clock("01:50:00", day=NIGHT),
            "Queue_Time": clock("01:51:00", day=NIGHT),
            "First_Dispatch": clock("01:05:00", day=NIGHT),
            "First_Enroute": clock("01:06:00", day=NIGHT),
            "First_Arrival": clock("01:15:00", day=NIGHT),
            "First_Close": clock("02:10:00", day=NIGHT),
            "Final_Close": clock("02:20:00", day=NIGHT),
        },
        "clock_change",
    ),
    Trap("usual", {}),
    Trap("missing arrival", {"First_Arrival": "NULL"}, "no_arrival"),
    Trap("missing as a number", {"First_Arrival": "-9999", "First_Enroute": ""}, "no_arrival"),
    Trap(
        "no team sent",
        {"First_Dispatch": "NULL", "First_Enroute": "NULL", "First_Arrival": "", "Disposition": "ADVISED"},
    ),
    Trap("first close before arrival", {"First_Close": clock("10:04:00")}, "closed_before_arrival"),
    Trap("first close before anyone was sent", {"First_Close": clock("10:01:00")}, "closed_before_sent"),
    Trap("negative interval", {"First_Enroute": clock("09:59:00")}, "negative_interval"),
    Trap("days", {"First_Close": clock("10:40:00", day="{later}"), "Final_Close": "NULL"}, "long_interval"),
    Trap(
        "own observation",
        {
            **dict.fromkeys(
                ("Call_Start", "Queue_Time", "First_Dispatch", "First_Enroute", "First_Arrival"),
                clock("11:00:00"),
            ),
            "Reception": "Officer",
            "Problem": "  traffic   Stop ",
            "First_Close": clock("11:10:00"),
            "Final_Close": clock("11:10:00"),
        },
    ),
    Trap("free capitals", {"Problem": "Noise complaint - IN prog"}),
    Trap("unknown problem", {"Problem": "ZOMBIES"}, "unknown_type"),
    Trap("unknown priority", {"Priority": "8"}, "unknown_priority"),
    Trap("unknown channel", {"Reception": "PIGEON"}, "unknown_channel"),
    Trap("other agency", {"Agency": "FIRE"}, "other_agency"),
    Trap("no address and no point", {"Latitude": "", "Longitude": "-9999", "Address": "NULL"}, "no_place"),
    Trap("rounded point", {"Latitude": "50.97", "Longitude": "5.49"}, "rounded_point"),
    Trap("point nowhere", {"Latitude": "0", "Longitude": "0", "Address": ""}, "unreadable_point"),
    Trap("extra columns", {}, "extra_cells", ("X", "Y")),
    Trap("no number", {"Incident_Num": "NULL"}, "no_number"),
    Trap("unreadable moment", {"First_Enroute": "soon"}, "unreadable_moment"),
    Trap("no call moment", {"Call_Start": "-9999"}, "no_received"),
    Trap("a result with a document", {"Disposition": "Report taken"}),
    Trap("never closed", {"First_Close": "", "Final_Close": ""}, "no_end"),
    Trap("comma in quotes", {"Comment": 'Hij zei: "kom snel", en hing op'}),
    Trap("several lines in quotes", {"Comment": "Eerst dit,\ndan dat"}),
    Trap("accents", {"Comment": "Café Zoë, près de l'église"}),
)


def rows() -> list[tuple[str, list[str]]]:
    """Name and cells of each row; numbers and days are given in order, unless the trap brings its own."""
    made = []
    for number, trap in enumerate(TRAPS, start=1):
        cells = {**USUAL, "Incident_Num": f"25-{number:05}", **trap.cells}
        day, later = f"11/{number:02}/2025", f"11/{number + 4:02}/2025"
        told = [cells[name].replace("{day}", day).replace("{later}", later) for name in HEADER]
        made.append((trap.name, [*told, *trap.extra]))
    return made


def text(separator: str = ",") -> str:
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    writer.writerow(HEADER)
    writer.writerows(cells for _, cells in rows())
    return out.getvalue()


def write(folder: Path, *, encoding: str = "utf-8", separator: str = ",", more: str = "") -> Path:
    path = folder / "calls.csv"
    path.write_bytes((text(separator) + more).encode(encoding))
    return path


def write_mapping(folder: Path, text: str = MAPPING) -> Path:
    path = folder / "map.toml"
    path.write_text(text, encoding="utf-8")
    return path
