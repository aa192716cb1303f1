#!/usr/bin/env python3
"""Tables of what the scripts here measured: report.py [micro|cli|batch|serve|tls|grow|goals]... | results

Reads $BENCH_OUT (build/bench/results). `results` is all of it as RESULTS.md. A figure is the median of
its rounds and, in brackets, the least and the most; a ratio is taken within each round first. What was
not measured is left out."""

import collections
import json
import os
import pathlib
import re
import statistics
import sys

OUT = pathlib.Path(os.environ.get("BENCH_OUT") or pathlib.Path(__file__).parent.parent / "build/bench/results")
JQ_PART = 10  # jq gets a tenth of the recording
BURST_EVENTS = 200  # of a whole stream


def read_lines(name):
    try:
        return [line.rstrip("\n").split("\t") for line in open(OUT / name, encoding="utf-8")]
    except FileNotFoundError:
        return []


def figures(name):
    """NAME to its values, a round each; `note` to texts."""
    found = collections.defaultdict(list)
    for key, value in read_lines(name):
        found[key].append(value if key in ("note", "about") else float(value))
    return found


def micro():
    """Benchmark to {cpu_time in ns: [...], allocations: [...], ...}."""
    found = collections.defaultdict(lambda: collections.defaultdict(list))
    try:
        runs = json.loads((OUT / "micro.json").read_text())["benchmarks"]
    except (FileNotFoundError, ValueError):
        return found
    for run in runs:
        if run.get("run_type") == "aggregate" or "cpu_time" not in run:
            continue
        unit = {"ns": 1, "us": 1e3, "ms": 1e6, "s": 1e9}[run["time_unit"]]
        found[run["name"]]["ns"].append(run["cpu_time"] * unit)
        for counter in ("allocations", "items_per_second", "bytes_per_second"):
            if counter in run:
                found[run["name"]][counter].append(run[counter])
    return found


def serve(name):
    """Test to system to its rounds: what measures serve writes `LABEL<tab>TEST<tab>WRK|SSE KEY=VALUE...`."""
    found = collections.defaultdict(dict)
    for parts in read_lines(name):
        if len(parts) < 3 or parts[1] == "warm":
            continue
        values = {key: float(value) for key, value in re.findall(r"(\w+)=(-?[0-9.]+)", parts[2])}
        if "req" in values and values["req"] > 0:
            events = BURST_EVENTS if parts[1] == "burst" else 1
            values["per_s"] = values["req"] * events / values["us"] * 1e6
            values["cpu_us"] = values["sutcpu"] * 1000 / (values["req"] * events)
        if values:
            found[parts[1]].setdefault(parts[0], []).append(values)
    return found


def column(rounds, key):
    return [values[key] for values in rounds if key in values]


def ratio(ours, theirs, factor=1.0):
    if not ours or not theirs:
        return []
    if len(ours) == len(theirs):
        return [factor * a / b for a, b in zip(ours, theirs) if b]
    middle = statistics.median(theirs)
    return [factor * a / middle for a in ours if middle]


def number(value):
    """Three digits that count."""
    if value == 0:
        return "0"
    digits = 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    if abs(value) < 0.1:
        digits = 4
    return f"{value:,.{digits}f}".replace(",", " ")


def spread(values, scale=1.0):
    if not values:
        return "–"
    values = [value * scale for value in values]
    middle = number(statistics.median(values))
    return middle if len(values) == 1 else f"{middle} [{number(min(values))}–{number(max(values))}]"


def table(head, rows):
    return "\n".join(
        "| " + " | ".join(str(cell) for cell in row) + " |" for row in [head, ["---"] * len(head), *rows]
    )


def notes(found):
    return "".join(f"\n\n{text}" for text in found.get("note", []))


def section_micro():
    found = micro()
    rows = [
        (name.replace("_", " "), spread(run["ns"]),
         spread([ns / events_of(name) for ns in run["ns"]]) if events_of(name) > 1 else "",
         spread(run["bytes_per_second"], 1e-6), f"{statistics.median(run['allocations']):,.0f}".replace(",", " "))
        for name, run in found.items()
    ]  # fmt: skip
    head = ("benchmark / size or events at a time", "ns of cpu", "ns an event", "MB/s", "allocations")
    return table(head, rows) if rows else ""


def events_of(name):
    if name == "sse_parser":
        return 1000
    kind, _, count = name.partition("/")
    return int(count) if kind.endswith("_delta") else 1


def section_cli():
    found = figures("cli.tsv")
    rows = []
    for kind in ("http", "https"):
        for what, unit, scale in (("wall", "ms", 1e3), ("cpu", "ms", 1e3), ("peak", "MiB", 1 / 1024)):
            ours, theirs = found[f"{kind}.{what}.proxx"], found[f"{kind}.{what}.curl"]
            if ours:
                rows.append((f"one-shot {kind}, {what}, {unit}", spread(ours, scale),
                             f"curl: {spread(theirs, scale)}", spread(ratio(ours, theirs))))  # fmt: skip
    ours = found["stream.wall.proxx"]
    for name, text, factor in (("cat", "cat", 1), ("jq-tenth", f"jq: {JQ_PART} times", JQ_PART)):
        theirs = found[f"stream.wall.{name}"]
        if ours and theirs:
            rows.append(("convert stream, wall, s", spread(ours), f"{text} {spread(theirs)}",
                         spread(ratio(ours, theirs, 1 / factor))))  # fmt: skip
    if found["stream.peak.proxx"]:
        rows.append(("convert stream, peak, MiB", spread(found["stream.peak.proxx"], 1 / 1024), "", ""))
    return (table(("", "proxx", "beside it", "ratio"), rows) if rows else "") + notes(found)


def section_batch():
    found = figures("batch.tsv")
    ours, theirs = found["batch.proxx"], found["batch.curl"]
    if not ours:
        return ""
    row = ("lines/s", spread(ours), spread(theirs), spread(ratio(ours, theirs)))
    return table(("", "proxx batch -j 64", "xargs -P 64 curl", "ratio"), [row]) + notes(found)


TESTS = {
    "json1": "JSON, one connection",
    "json": "JSON, 64 connections",
    "burst": f"Whole streams of {BURST_EVENTS} deltas, unpaced, 32 connections (an event each)",
    "paced": "50 streams of 50 events/s",
    "live1k": "1 000 streams of 5 events/s",
    "idle1k": "1 000 streams of 1 event/s",
    "idle5k": "5 000 streams of 1 event/s",
}


def section_serve():
    return serve_tables("serve.tsv", "peer.tsv")


def section_tls():
    return serve_tables("tls.tsv")


def serve_tables(*names):
    out = []
    for name in names:
        found = serve(name)
        for test, systems in ((test, found[test]) for test in TESTS if test in found):
            if any("per_s" in values for values in next(iter(systems.values()))):
                columns = [("a second", "per_s", 1), ("cpu us", "cpu_us", 1), ("p50 us", "p50", 1), ("p99 us", "p99", 1),
                           ("errors", "err", 1)]  # fmt: skip
            else:
                columns = [("streams", "peak", 1), ("events/s", "ev_s", 1), ("latency p50 us", "lat_p50", 1),
                           ("p99 us", "lat_p99", 1), ("KiB a stream", "kib_stream", 1), ("cpu us an event", "cpu_us_ev", 1),
                           ("short", "short", 1), ("errors", "err", 1)]  # fmt: skip
            rows = [
                (system, *(spread(column(rounds, key), scale) for _, key, scale in columns))
                for system, rounds in systems.items()
            ]
            out.append(f"{TESTS[test]}:\n\n" + table(("", *(title for title, _, _ in columns)), rows))
        text = notes(figures_of_notes(name))
        if text:
            out.append(text.strip())
    return "\n\n".join(out)


def figures_of_notes(name):
    return {"note": [parts[1] for parts in read_lines(name) if len(parts) == 2 and parts[0] == "note"]}


GROWTH = {
    "event": ("streams", "us of cpu an event"),
    "stream": ("streams", "KiB a stream"),
    "request": ("connections", "us of cpu a request"),
}


def growth():
    """(what, system) to {count: [values]}: lines `grow.WHAT.SYSTEM.COUNT`."""
    found = collections.defaultdict(dict)
    for key, values in figures("grow.tsv").items():
        parts = key.split(".")
        if len(parts) == 4 and parts[0] == "grow":
            found[parts[1], parts[2]][int(parts[3])] = values
    return found


def section_grow():
    found = growth()
    out = []
    for what, (counted, unit) in GROWTH.items():
        curves = {system: curve for (kind, system), curve in found.items() if kind == what}
        if curves:
            counts = sorted({count for curve in curves.values() for count in curve})
            rows = [(f"{system}, {unit}", *(spread(curve.get(count, [])) for count in counts))
                    for system, curve in curves.items()]  # fmt: skip
            out.append(table((counted, *(number_of(count) for count in counts)), rows))
    lost = {system: curve for (kind, system), curve in found.items() if kind == "lost"}
    if lost:
        text = ", ".join(f"{system} {sum(sum(v) for v in curve.values()):.0f}" for system, curve in lost.items())
        out.append(f"Streams that did not get every event, in all rounds: {text}.")
    return "\n\n".join(out) + notes(figures("grow.tsv"))


def number_of(count):
    return f"{count:,}".replace(",", " ")


# What, goal, at least, unit, whether less is better, what was reached.
def goals():
    tls = serve("tls.tsv")
    measured, peer, cli, batch, grown, alone = (
        serve("serve.tsv"), serve("peer.tsv"), figures("cli.tsv"), figures("batch.tsv"), growth(), micro())  # fmt: skip

    def beside(found, test, key, other):
        systems = found.get(test, {})
        return ratio(column(systems.get("proxx", []), key), column(systems.get(other, []), key))

    events = grown["event", "proxx"]
    lost = grown["lost", "proxx"].get(5000, []) + column(measured.get("idle5k", {}).get("proxx", []), "err")
    return [
        ("JSON, cpu a request against nginx", 3.5, 4.5, "times", True, beside(measured, "json", "cpu_us", "nginx")),
        ("JSON, requests/s against Portkey", 45, 30, "times", False, beside(peer, "json", "per_s", "portkey")),
        ("streams, cpu an event against nginx", 1.0, 1.4, "times", True, beside(measured, "burst", "cpu_us", "nginx")),
        ("streams, events/s against Portkey", 45, 30, "times", False, beside(peer, "burst", "per_s", "portkey")),
        ("event latency at 50 streams x 50/s, p50 against nginx's", 1.0, 1.3, "times", True,
         beside(measured, "paced", "lat_p50", "nginx")),
        ("the same, p99", 1.0, 1.3, "times", True, beside(measured, "paced", "lat_p99", "nginx")),
        ("memory an open stream against nginx", 1.0, 1.3, "times", True, beside(measured, "idle1k", "kib_stream", "nginx")),
        ("5 000 open streams: streams with a lost event", 0, 0, "", True, lost),
        ("5 000 open streams: p99 against nginx's", 1.0, 2, "times", True, beside(measured, "idle5k", "lat_p99", "nginx")),
        ("text delta through the converter", 60, 150, "ns", True, alone["text_delta/1"]["ns"]),
        ("the same as an event of the Responses API, against a chunk", 1.2, 1.5, "times", True,
         ratio(alone["responses_text_delta/1"]["ns"], alone["text_delta/1"]["ns"])),
        ("1 MB request through the converter, turns of 1 KB", 1.5, 3, "ms", True,
         [ns / 1e6 for ns in alone["request/1048576"]["ns"]]),
        ("the same, with files in it", 1.5, 3, "ms", True, [ns / 1e6 for ns in alone["request_with_files/1048576"]["ns"]]),
        ("convert stream, wall against cat to a pipe", 2, 4, "times", True,
         ratio(cli["stream.wall.proxx"], cli["stream.wall.cat"])),
        ("convert stream, faster than jq", 50, 25, "times", False,
         ratio(cli["stream.wall.jq-tenth"], cli["stream.wall.proxx"], JQ_PART)),
        ("one-shot http, wall against curl", 0.9, 1.0, "times", True, ratio(cli["http.wall.proxx"], cli["http.wall.curl"])),
        ("one-shot http, peak memory against curl", 1.0, 1.2, "times", True,
         ratio(cli["http.peak.proxx"], cli["http.peak.curl"])),
        ("one-shot https, wall against curl", 0.35, 0.45, "times", True,
         ratio(cli["https.wall.proxx"], cli["https.wall.curl"])),
        ("batch of 10 000 lines at -j 64, lines/s against xargs -P 64 curl", 50, 25, "times", False,
         ratio(batch["batch.proxx"], batch["batch.curl"])),
        ("cpu an event at 5 000 streams against that at 50", 1.1, 1.3, "times", True,
         ratio(events.get(5000, []), events.get(50, []))),
        ("TLS: JSON, cpu a request against nginx", 1.8, 2.2, "times", True, beside(tls, "json", "cpu_us", "nginx")),
        ("TLS: the same, p99", 1.5, 2.5, "times", True, beside(tls, "json", "p99", "nginx")),
        ("TLS: streams, cpu an event against nginx", 0.9, 1.1, "times", True, beside(tls, "burst", "cpu_us", "nginx")),
        ("TLS: memory an open stream against nginx", 0.6, 1.1, "times", True, beside(tls, "idle1k", "kib_stream", "nginx")),
        ("TLS: 1 000 streams arrive in a second, cpu of them against nginx", 1.0, 1.4, "times", True,
         beside(tls, "idle1k", "cpu", "nginx")),
        ("TLS: 5 000 open streams: streams with a lost event", 0, 0, "", True,
         column(tls.get("idle5k", {}).get("proxx", []), "err")),
        ("TLS: 5 000 open streams: p99 against nginx's", 1.0, 2, "times", True, beside(tls, "idle5k", "lat_p99", "nginx")),
    ]  # fmt: skip


def section_goals():
    rows = []
    for what, goal, least, unit, less, values in goals():
        verdict = "not measured"
        if values:
            middle = statistics.median(values)
            good = [middle <= bound if less else middle >= bound for bound in (goal, least)]
            verdict = "goal" if good[0] else "enough" if good[1] else "**short**"
        rows.append((what, f"{goal:g} {unit}".strip(), f"{least:g} {unit}".strip(), spread(values), verdict))
    return table(("", "goal", "at least", "reached", ""), rows)


def results():
    about = "\n".join(f"- {text}" for text in figures("about.tsv")["about"])
    parts = [
        ("", "# Results\n\nMade by `bench/run.sh`; [README.md](README.md) says what each figure is. A figure is the median of its "
             "rounds, and in\nbrackets the least and the most; a ratio is taken within each round first.\n\n" + about),
        ("Against the goals", section_goals()),
        ("The converter alone", section_micro()),
        ("The command line", section_cli()),
        ("Batch", section_batch()),
        ("The server", section_serve()),
        ("The server, and an upstream that speaks TLS", section_tls()),
        ("How it grows", section_grow()),
    ]  # fmt: skip
    if (OUT / "grow.svg").exists():
        parts[-1] = (parts[-1][0], parts[-1][1] + "\n\n![cpu and memory against streams and connections](grow.svg)")
    return "\n\n".join((f"## {title}\n\n" if title else "") + text for title, text in parts if text)


def main():
    names = sys.argv[1:]
    sections = {name[len("section_"):]: made for name, made in globals().items() if name.startswith("section_")}
    sections["results"] = results
    if not names or any(name not in sections for name in names):
        sys.exit(__doc__)
    print("\n\n".join(sections[name]() for name in names))


if __name__ == "__main__":
    main()
