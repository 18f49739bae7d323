"""Five years of a real provider, over RabbitMQ: every published total met to the cent."""

import os
from pathlib import Path

import pytest

from standalone.demo.published import Published
from standalone.demo.story import play
from tests.journeys.conftest import Journey


async def test_the_years_of_a_real_provider_meet_every_published_total(story: Journey) -> None:
    folder = os.environ.get("STEWARD_DATA")
    if folder is None:
        pytest.skip("STEWARD_DATA is not set: NOT CHECKED against a real provider's published totals")
    report = await play(story.manager, story.board, story.clock, Published(Path(folder)))
    assert report.broken == []
    assert report.ties > 300
