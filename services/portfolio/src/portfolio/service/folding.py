"""How texts are compared in a search: without regard to case and accents, the same way here and in the database."""

import re
import unicodedata
from typing import Any

from sqlalchemy import ColumnElement, func, literal_column

ACCENTS = r"[\u0300-\u036f]"
BREAK = "\n"  # between the texts of one service; no line that is looked for has one


def folded(words: str) -> str:
    """Letter by letter, because the database lowers a letter without looking at its neighbours."""
    bare = re.sub(ACCENTS, "", unicodedata.normalize("NFKD", words))
    return "".join(letter.lower() for letter in bare)


def folded_column(text: ColumnElement[str]) -> ColumnElement[str]:
    bare: Any = func.regexp_replace(func.normalize(text, literal_column("NFKD")), ACCENTS, "", "g")
    lowered: ColumnElement[str] = func.lower(bare)
    return lowered


# As `folded_column` does, in the words of a generated column.
SEARCHED = (
    f"lower(regexp_replace(normalize(code || E'\\n' || name || E'\\n' || description, NFKD), '{ACCENTS}', '', 'g'))"
)
