"""Identities rise in the order of their making."""

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from time import time_ns
from uuid import RFC_4122, UUID

import pytest

from chassis import ids
from chassis.ids import uuid7


def made_at(id: UUID) -> int:
    return id.int >> 80


def test_an_id_is_a_version_7_uuid_of_the_current_millisecond() -> None:
    before = time_ns() // 1_000_000
    id = uuid7()
    # Earlier ids of this process may have carried the counter past the clock by a millisecond, never further.
    assert before <= made_at(id) <= time_ns() // 1_000_000 + 1
    assert (id.version, id.variant) == (7, RFC_4122)


def test_every_id_is_greater_than_the_one_before() -> None:
    made = [uuid7() for _ in range(20_000)]
    assert all(earlier < later for earlier, later in pairwise(made))
    assert all(str(earlier) < str(later) for earlier, later in pairwise(made))


def test_ids_keep_rising_when_the_clock_stands_still_or_is_set_back(monkeypatch: pytest.MonkeyPatch) -> None:
    first = uuid7()
    monkeypatch.setattr(ids, "time_ns", lambda: 0)
    made = [first, *(uuid7() for _ in range(5_000))]
    assert all(earlier < later for earlier, later in pairwise(made))
    assert all(id.version == 7 and id.variant == RFC_4122 for id in made)


def test_every_field_of_an_id_keeps_its_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    """The example of RFC 9562, appendix A.6."""
    monkeypatch.setattr(ids, "time_ns", lambda: 0x017F22E279B0 * 1_000_000)
    monkeypatch.setattr(ids, "_last", 0)
    monkeypatch.setattr(ids, "randbits", lambda bits: 0xCC3 << 62 | 0x18C4DC0C0C07398F)
    assert uuid7() == UUID("017f22e2-79b0-7cc3-98c4-dc0c0c07398f")


def test_threads_never_share_an_id_and_each_sees_its_own_rise() -> None:
    def make(_: int) -> list[UUID]:
        return [uuid7() for _ in range(2_000)]

    with ThreadPoolExecutor(8) as threads:
        series = list(threads.map(make, range(8)))
    assert len({id for made in series for id in made}) == 16_000
    assert all(made == sorted(made) for made in series)
