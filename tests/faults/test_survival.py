"""Whatever is killed, cut or repeated under load: nothing acknowledged is lost, nothing counts twice."""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from tests.databases import scratch
from tests.faults.campaign import Campaign, Report
from tests.faults.site import Setting
from tests.rabbitmq import installed_server

STRIKES = (
    *("kill_import", "kill_worker", "repeat_facts", "publish_poison", "kill_database", "migrate"),
    *("reset_database", "kill_broker", "cut_wires", "silence_database", "roll"),
)

Run = Callable[[Campaign], Coroutine[Any, Any, Report]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    if not installed_server():
        pytest.skip("no rabbitmq-server is installed, so none can be killed")

    async def campaign(it: Campaign) -> Report:
        with scratch() as folder:
            return await it.run(folder, tmp_path)

    return campaign


async def test_a_platform_under_fire_keeps_what_it_has_acknowledged(run: Run) -> None:
    report = await run(Campaign(strikes=STRIKES, patience=1.0))
    assert report.is_clean, str(report)
    assert report.tally.recovered, "nothing was felt, so nothing was tried"
    assert report.findings.repeated, "no fact came twice, so nothing was tried"


async def test_what_inbox_idempotency_record_and_the_relays_lock_prevent_is_noticed(run: Run) -> None:
    weakened = {"portfolio": "inbox", "strategy": "idempotency", "finance": "lock"}
    report = await run(Campaign(fair_seconds=8, settle_seconds=10, setting=Setting(weakened=weakened)))
    assert any(it.startswith("portfolio knows the cost") for it in report.findings.broken), str(report)
    assert any(it.startswith("/strategy/v1/needs") for it in report.findings.doubled), str(report)
    assert any("arrived again though nothing was broken" in it for it in report.unexpected), str(report)


async def test_what_confirms_and_the_order_of_locks_prevent_is_noticed(run: Run) -> None:
    """In two processes: one alone writes its entries one group after the other."""
    setting = Setting(weakened={"finance": "confirms,order"}, replicas=2)
    campaign = Campaign(fair_seconds=8, settle_seconds=10, strikes=["silence_broker"], setting=setting)
    report = await run(campaign)
    assert any("concurrent-change though nothing was broken" in it for it in report.unexpected), str(report)
    assert any("was published and has not arrived" in it for it in report.findings.lost), str(report)
