"""What may lie in the repository, and what must never be written into it."""

import re
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOP = set(
    """
    services gateway deploy contracts tests requirements .ci docker-compose.yml Makefile pyproject.toml
    README.md CONTRIBUTING.md DECISIONS.md CHANGELOG.md LICENSE .gitignore .gitattributes .dockerignore .editorconfig
    """.split()
)

# Written with brackets, so that this file does not find itself.
MACHINE_PATH = re.compile(r"(?<![\w.$}/])/(?:[w]ork|[r]oot|[h]ome/\w+|[U]sers/\w+)/")
PACKAGE_INDEX = re.compile(
    r"[p]ypi\.org|[p]ythonhosted\.org|[r]egistry\.npmjs|--(?:[e]xtra-)?[i]ndex-url|--[f]ind-links"
)


def strangers(paths: Iterable[str]) -> set[str]:
    """Top-level names that the layout does not know."""
    return {path.split("/")[0] for path in paths} - TOP


def addresses(path: str, text: str) -> Iterator[str]:
    """Paths of somebody's machine and addresses of package indexes, by line."""
    for number, line in enumerate(text.splitlines(), 1):
        if found := MACHINE_PATH.search(line) or PACKAGE_INDEX.search(line):
            yield f"{path}:{number} {found[0]}"


def files() -> list[str]:
    """What is committed or would be by `git add --all`."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    return sorted(path for path in set(listed) if path and (ROOT / path).is_file())


def readable(path: str) -> str:
    """The text of a file; nothing for one that holds no text."""
    try:
        return (ROOT / path).read_text()
    except UnicodeDecodeError:
        return ""
