"""Five years of a real provider, over RabbitMQ: every published total met to the cent."""

import os
from datetime import timedelta
from pathlib import Path

import pytest

from standalone.demo.published import Published
from standalone.demo.report import Report
from standalone.demo.story import Days, conclude, play
from tests.journeys.conftest import Journey


async def test_the_years_of_a_real_provider_meet_every_published_total(story: Journey) -> None:
    folder = os.environ.get("STEWARD_DATA")
    if folder is None:
        pytest.skip("STEWARD_DATA is not set: NOT CHECKED against a real provider's published totals")
    report, today = Report(), story.clock().date()
    days = Days(today, today + timedelta(days=30))
    await play(story.manager, story.board, days, Published(Path(folder)), report)
    story.clock.advance(days=31)
    story.manager.forget_token()
    await conclude(story.manager, report)
    assert report.broken == []
    assert report.ties > 300
