"""When two names mean one customer, and which code a customer gets that comes without one."""

import re
import unicodedata

MAX_CODE = 64
MAX_NORMALIZED = 400  # of four bytes each they still fit into an index


def normalized(name: str) -> str:
    """Equal for names that differ only in case, blanks, invisible marks, or how letters are composed; may be empty."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    return " ".join("".join(c for c in folded if unicodedata.category(c) != "Cf").split())


def code_for(text: str) -> str:
    """`Café & Co` → `cafe-co`: at most 64 letters, digits and hyphens; empty when nothing of it is Latin."""
    plain = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:MAX_CODE].strip("-")
