"""The books that other tests of finance keep: towers and consumers, and a real provider's year."""

from tests.finance.allocation_run.conftest import towers
from tests.finance.allocation_run.test_shared_services import provider
from tests.finance.forecast.conftest import rising

__all__ = ["provider", "rising", "towers"]
