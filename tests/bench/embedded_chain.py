"""What a durable step costs with the engine and Python functions in one process.

Runs executions of a chain of no-op tasks with a bounded number in flight and prints one JSON
object. PYTHONPATH names the build's python directory:

    PYTHONPATH=build/release/python python3 tests/bench/embedded_chain.py --executions 20000
"""

from __future__ import annotations

import argparse
import collections
import json
import pathlib
import resource
import tempfile
import time
from typing import Any

import pawl


def chain(length: int) -> dict[str, Any]:
    states: dict[str, Any] = {}
    for number in range(length):
        last = number == length - 1
        follow = {"End": True} if last else {"Next": f"S{number + 1}"}
        states[f"S{number}"] = {"Type": "Task", "Resource": "noop", **follow}
    return {"StartAt": "S0", "States": states}


def cpu_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def run(engine: pawl.Engine, executions: int, in_flight: int, batch: int, payload: object) -> None:
    """Keeps `in_flight` executions running until all have succeeded."""
    running: collections.deque[pawl.Execution] = collections.deque()
    started = 0
    while started < executions or running:
        while started < executions and len(running) + batch <= in_flight:
            count = min(batch, executions - started)
            running += engine.start_many("chain", [payload] * count)
            started += count
        for _ in range(min(batch, len(running))):
            running.popleft().result(120)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--executions", type=int, default=10_000)
    parser.add_argument("--states", type=int, default=5)
    parser.add_argument("--in-flight", type=int, default=256)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--threads", type=int, default=16)
    parser.add_argument("--payload-bytes", type=int, default=100)
    parser.add_argument("--data-dir", help="default: a temporary directory")
    parser.add_argument("--in-memory", action="store_true")
    arguments = parser.parse_args()

    with tempfile.TemporaryDirectory() as temporary:
        path = None if arguments.in_memory else pathlib.Path(arguments.data_dir or temporary)
        with pawl.Engine(path and path / "pawl", threads=arguments.threads) as engine:
            engine.register("noop", lambda event: event)
            engine.deploy(chain(arguments.states), name="chain")
            payload = {"text": "x" * max(0, arguments.payload_bytes - 11)}
            run(engine, 512, arguments.in_flight, arguments.batch, payload)
            before, cpu = time.perf_counter(), cpu_seconds()
            run(engine, arguments.executions, arguments.in_flight, arguments.batch, payload)
            seconds, cpu = time.perf_counter() - before, cpu_seconds() - cpu
    steps = arguments.executions * arguments.states
    result = {
        "executions": arguments.executions,
        "states": arguments.states,
        "in_flight": arguments.in_flight,
        "steps_per_second": round(steps / seconds),
        "cpu_us_per_step": round(cpu / steps * 1e6, 1),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
