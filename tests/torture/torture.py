#!/usr/bin/env python3
"""Runs proxx with each allocation and each system call made to fail: torture.py PROXX LIBRARIES

For every point - a command line, a call and its number, an error - the verdict is: an exit code of
the contract, no signal, no hang, a message where it is not 0, and never exit code 0 with another
output than without the fault. Interrupted calls and calls that come short change nothing at all.
Prints each finding with the point that shows it again (--only), and a summary."""

import argparse
import collections
import concurrent.futures
import random
import sys

from cases import CASES, judge, run_case
from faults import CALL_FAULTS, FROM_THERE_ON, Fault
from session import Failure, Upstream, run_session

EVERY_UP_TO = 2000  # calls that are failed one by one
BEYOND = 200  # of the later ones, a sample
QUICK_POINTS = 250
ALL_CALLS = ("allocation", *CALL_FAULTS)


def numbers(count, rng):
    later = range(EVERY_UP_TO + 1, count + 1)
    return [*range(1, min(count, EVERY_UP_TO) + 1), *rng.sample(later, min(BEYOND, len(later)))]


def faults_of(call, count, rng):
    """Every fault of a call that a run makes `count` times."""
    kinds = CALL_FAULTS.get(call, [None])
    for at in numbers(count, rng):
        for kind in kinds:
            yield Fault(call, at) if kind is None else Fault(call, at, kind)
    if call == "allocation":  # memory that is gone and stays so
        for at in rng.sample(range(1, count + 1), min(BEYOND, count)):
            yield Fault(call, at, times=FROM_THERE_ON)


class CommandLine:
    def __init__(self, case, proxx, libraries):
        self.name, self.case, self.proxx, self.libraries = case.name, case, proxx, libraries
        self.calls = case.calls or ALL_CALLS
        self.sound, _ = run_case(proxx, libraries, case, None)
        if self.sound.code != 0:
            sys.exit(f"{case.name}: exit code {self.sound.code} unhurt: {self.sound.stderr}")

    def count(self, call):
        return run_case(self.proxx, self.libraries, self.case, Fault(call, 0))[0].calls

    def try_fault(self, fault):
        outcome, resumed = run_case(self.proxx, self.libraries, self.case, fault)
        wrong = judge(self.case, fault, outcome, resumed, self.sound)
        return outcome.fired, f"{wrong}: {outcome.stderr[:300]!r}" if wrong else ""


class Session:
    name, calls = "serve", ALL_CALLS

    def __init__(self, proxx, libraries, upstream):
        self.parts = proxx, libraries, upstream
        self.sound = None
        self.sound = run_session(*self.parts, Fault("read", 0), None)[2]

    def count(self, call):
        return run_session(*self.parts, Fault(call, 0), self.sound)[0]

    def try_fault(self, fault):
        try:
            return run_session(*self.parts, fault, self.sound)[1], ""
        except Failure as failure:
            return True, str(failure)


def points_of(subject, rng):
    for call in subject.calls:
        for fault in faults_of(call, subject.count(call), rng):
            yield subject, fault


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("proxx")
    parser.add_argument("libraries", help="the folder of the preloaded libraries")
    parser.add_argument("--quick", action="store_true", help=f"a sample of {QUICK_POINTS} points")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--only", default="", help="points whose text holds this")
    options = parser.parse_args()
    rng = random.Random(options.seed)
    upstream = Upstream(options.proxx)
    try:
        subjects = [CommandLine(case, options.proxx, options.libraries) for case in CASES]
        subjects.append(Session(options.proxx, options.libraries, upstream.url))
        points = [point for subject in subjects for point in points_of(subject, rng)]
        points = [p for p in points if options.only in f"{p[0].name}: {p[1]}"]
        if options.quick:
            points = rng.sample(points, min(QUICK_POINTS, len(points)))
        return report(points, options)
    finally:
        upstream.stop()


def report(points, options):
    tried, fired, findings = collections.Counter(), collections.Counter(), 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        runs = {pool.submit(subject.try_fault, fault): (subject, fault) for subject, fault in points}
        for done in concurrent.futures.as_completed(runs):
            subject, fault = runs[done]
            hit, wrong = done.result()
            tried[subject.name] += 1
            fired[subject.name] += hit
            if wrong:
                findings += 1
                print(f"{subject.name}: {fault}: {wrong}", flush=True)
    for name, count in tried.items():
        print(f"{name}: {count} points, {fired[name]} of them met")
    print(f"torture: {len(points)} points (seed {options.seed}), {findings} findings")
    return 1 if findings or not points else 0


if __name__ == "__main__":
    sys.exit(main())
