"""kill -9 of a real server and of real workers under load, with a ledger on the client's side.

The ledger notes every start that was acknowledged. Whatever is killed, every noted execution ends,
with the right output; and no execution has recorded a transition twice.

PAWL_KILLS says how often the server is killed (default 10), PAWL_SEED which moments are chosen.
"""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from typing import Any

import pawl
import pytest
from running import Site, chain, needs_program, site, until

pytestmark = needs_program
__all__ = ["site"]

KILLS = int(os.environ.get("PAWL_KILLS", "10"))
SEED = int(os.environ.get("PAWL_SEED", "0")) or random.randrange(1, 1 << 31)
BATCH = 100
STATES = 5
IN_FLIGHT = 1000
COUNTS = (
    "def handler(event, context):\n    return {'id': event['id'], 'n': event.get('n', 0) + 1}\n"
)


class Load(threading.Thread):
    """Starts executions in batches, as fast as the server takes them, until it is told to end."""

    def __init__(self, site: Site) -> None:
        super().__init__()
        self._site = site
        self._client = site.client()
        self._ended = threading.Event()
        self.ledger: list[tuple[str, int]] = []
        self._next = 0
        self._open: list[tuple[str, int]] = []

    def run(self) -> None:
        while not self._ended.is_set():
            numbers = range(self._next, self._next + BATCH)
            self._next += BATCH
            try:
                started = self._client.start_many("chain", [{"id": number} for number in numbers])
                self.ledger += [(one.name, number) for one, number in zip(started, numbers)]
                self._wait_for_room()
            except (pawl.UnavailableError, pawl.ResourceExhaustedError):
                # Nobody knows whether these were started: they are not in the ledger.
                time.sleep(0.01)

    def _wait_for_room(self) -> None:
        if len(self.ledger) >= IN_FLIGHT:
            self._client.wait("chain", self.ledger[-IN_FLIGHT][0], 60)

    def end(self) -> None:
        self._ended.set()
        self.join()


def check(client: Any, ledger: list[tuple[str, int]]) -> None:
    """Everything in the ledger has succeeded; a sample of it is looked at closely."""
    until(lambda: not any(client.list("chain", "RUNNING")), "every execution ends")
    succeeded = {info.name for info in client.list("chain", "SUCCEEDED")}
    missing = [name for name, _ in ledger if name not in succeeded]
    assert not missing, f"{len(missing)} of {len(ledger)} did not succeed: {missing[:3]}"
    for name, number in random.Random(SEED).sample(ledger, min(200, len(ledger))):
        assert client.describe("chain", name).output == {"id": number, "n": STATES}, name
        events = client.history("chain", name)
        assert [event.id for event in events] == list(range(1, len(events) + 1))
        for kind in ("TaskStateEntered", "TaskStateExited"):
            assert sum(event.type == kind for event in events) == STATES, (name, kind)


def test_nothing_acknowledged_is_lost_when_the_server_is_killed(site: Site) -> None:
    print(f"PAWL_SEED={SEED}")
    moments = random.Random(SEED)
    site.function("count", COUNTS)
    window = ("--reconnect-window", "500ms")
    server = site.server(*window)
    site.worker()
    client = site.client()
    client.deploy(chain("count", STATES), name="chain")
    load = Load(site)
    load.start()
    up = 0.0
    try:
        for _ in range(KILLS):
            before, begin = len(load.ledger), time.monotonic()
            until(lambda: len(load.ledger) > before, "executions are started")
            # Some kills come during recovery.
            time.sleep(moments.choice([0.0, 0.02, 0.2, 0.5]))
            server.kill()
            up += time.monotonic() - begin
            server.wait()
            server = site.server(*window)
    finally:
        load.end()
    assert load.ledger
    print(f"{len(load.ledger) * STATES / up:.0f} steps/s while a server was up")
    check(site.client(), load.ledger)


@pytest.mark.parametrize(
    "point", ["before-commit", "halfway-through-commit", "after-commit", "after-telling"]
)
def test_nothing_acknowledged_is_lost_when_the_server_dies_in_a_commit(
    site: Site, point: str
) -> None:
    print(f"PAWL_SEED={SEED}")
    moments = random.Random(SEED)
    site.function("count", COUNTS)
    # The first commit is that of the store's secret, the second the definition's.
    server = site.killed_server(point, 1_000_000)
    site.worker()
    site.client().deploy(chain("count", STATES), name="chain")
    server.kill()
    server.wait()
    load = Load(site)
    load.start()
    try:
        for _ in range(max(KILLS // 5, 2)):
            server = site.killed_server(point, moments.randrange(20, 500))
            assert server.wait() == -signal.SIGKILL
    finally:
        site.server("--reconnect-window", "500ms")
        load.end()
    assert load.ledger
    check(site.client(), load.ledger)


def test_a_server_that_dies_at_any_read_of_its_recovery_recovers_the_next_time(site: Site) -> None:
    print(f"PAWL_SEED={SEED}")
    moments = random.Random(SEED)
    site.function("count", COUNTS)
    server = site.server()
    client = site.client()
    client.deploy(chain("count", STATES), name="chain")
    started = client.start_many("chain", [{"id": number} for number in range(1000)])
    ledger = [(execution.name, number) for number, execution in enumerate(started)]
    server.kill()
    server.wait()
    for _ in range(max(KILLS // 5, 2)):
        # Of 128 shards, each read at least once.
        starting = site.begin_killed_server("before-load", moments.randrange(1, 129))
        assert starting.wait() == -signal.SIGKILL
    site.server()
    site.worker()
    check(site.client(), ledger)


def test_nothing_is_lost_when_workers_are_killed(site: Site) -> None:
    print(f"PAWL_SEED={SEED}")
    moments = random.Random(SEED)
    site.function("count", COUNTS)
    site.server("--reconnect-window", "200ms")
    workers = [site.worker(), site.worker()]
    client = site.client()
    # An attempt that three workers died with fails: Retry sees it, as any caller's should.
    definition = chain("count", STATES)
    for state in definition["States"].values():
        state["Retry"] = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 1, "MaxAttempts": 9}]
    client.deploy(definition, name="chain")
    load = Load(site)
    load.start()
    try:
        for kill in range(max(KILLS // 2, 3)):
            before = len(load.ledger)
            until(lambda: len(load.ledger) > before, "executions are started")
            time.sleep(moments.choice([0.0, 0.05, 0.3]))
            workers[kill % 2].kill()
            workers[kill % 2].wait()
            workers[kill % 2] = site.worker()
    finally:
        load.end()
    check(client, load.ledger)


@pytest.mark.parametrize("moment", [0.0, 0.01, 0.05, 0.1])
def test_a_server_that_is_killed_while_it_recovers_recovers_the_next_time(
    site: Site, moment: float
) -> None:
    site.function("count", COUNTS)
    server = site.server()
    client = site.client()
    client.deploy(chain("count", STATES), name="chain")
    ledger = [
        (execution.name, number)
        for number, execution in enumerate(
            client.start_many("chain", [{"id": number} for number in range(2000)])
        )
    ]
    server.kill()
    server.wait()
    starting = site.begin_server()
    time.sleep(moment)
    starting.kill()
    starting.wait()
    site.server()
    site.worker()
    check(site.client(), ledger)


def test_a_worker_that_stands_still_loses_its_tasks_to_others(site: Site) -> None:
    site.function("count", COUNTS)
    site.server("--reconnect-window", "100ms")
    stopped = site.worker()
    client = site.client()
    client.deploy(chain("count", STATES), name="chain")
    stopped.kill(signal.SIGSTOP)
    execution = client.start("chain", {"id": 1})
    site.worker()
    # The connection's keepalive notices.
    assert execution.result(60) == {"id": 1, "n": STATES}
    stopped.kill(signal.SIGCONT)
