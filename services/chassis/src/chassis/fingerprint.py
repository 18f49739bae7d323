"""Whether somebody says the same again: one number over all that was said, however its amounts were written."""

import json
from decimal import Decimal
from hashlib import sha256
from typing import Any

from pydantic import BaseModel

from chassis.money import EXACT, plain


def fingerprint(said: BaseModel) -> str:
    """SHA-256 in hex; 100 and 100.00 are the same, and so are fields in another order."""
    return sha256(json.dumps(said.model_dump(), default=_text, sort_keys=True).encode()).hexdigest()


def _text(value: Any) -> str:
    return plain(value.normalize(EXACT)) if isinstance(value, Decimal) else str(value)
