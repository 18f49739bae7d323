"""House rules that a parser can check: each takes one module and yields a sentence for every breach."""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from chassis.events import kebab

FILE_LINES, FUNCTION_LINES = 300, 40
LAYERS = set("manager managers handler handlers helper helpers util utils common impl data info services".split())
SESSIONS = {"create_engine", "create_async_engine", "sessionmaker", "async_sessionmaker", "AsyncSession", "Session"}
EDGE = {"commit", "rollback", "begin"}  # without arguments: a budget's `commit(amount=…)` is something else
PUBLISHING = ("aio_pika", "chassis.bus", "chassis.outbox")
COLLECTIVES = {"ledger": "journal_entry"}  # slices that the field names after the whole, with one of what they hold


@dataclass(frozen=True)
class Module:
    path: str  # within its src folder: portfolio/business_case/model.py
    source: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source)

    @property
    def package(self) -> str:
        return self.path.split("/")[0]

    @property
    def migrates(self) -> bool:
        return "migrations/" in self.path

    def classes(self) -> Iterator[ast.ClassDef]:
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.ClassDef))


Rule = Callable[[Module], Iterator[str]]


def words(name: str) -> list[str]:
    """`BusinessCase` and `business_case` → business, case."""
    return kebab(name).replace("_", "-").split("-")


def snake(name: str) -> str:
    return "_".join(words(name))


def camel(name: str) -> str:
    return "".join(word.capitalize() for word in words(name))


def plural(noun: str) -> str:
    if re.search(r"[^aeiou]y$", noun):
        return noun[:-1] + "ies"
    return noun + ("es" if re.search(r"(s|x|ch|sh)$", noun) else "s")


def is_documented(module: Module) -> Iterator[str]:
    if module.source.strip() and not (ast.get_docstring(module.tree) or "").splitlines():
        yield f"{module.path} does not open with a line that says what it is for"


def is_short(module: Module) -> Iterator[str]:
    """A migration is a list of statements, as long as the schema is wide."""
    if (lines := len(module.source.splitlines())) > FILE_LINES:
        yield f"{module.path} has {lines} lines"
    if module.migrates:
        return
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or 0) - node.lineno + 1
            if lines > FUNCTION_LINES:
                yield f"{module.path}:{node.lineno} {node.name} has {lines} lines"


def names_no_layer(module: Module, nouns: set[str]) -> Iterator[str]:
    """`nouns` are the slices: `OfferingService` names a layer, `RetireService` and `UnknownService` do not."""
    stem = module.path.removesuffix(".py").split("/")[-1]
    for name in (*module.path.removesuffix(".py").split("/"), *(found.name for found in module.classes())):
        if LAYERS & set(words(name)):
            yield f"{module.path}: {name} names a layer, not a thing of the field"
    for name in (stem, *(found.name for found in module.classes())):
        *noun, last = words(name)
        if last == "service" and "_".join(noun) in nouns:
            yield f"{module.path}: {name} is a layer called service"


def leaves_the_edge_to_the_chassis(module: Module) -> Iterator[str]:
    """Only the chassis opens sessions, commits, rolls back or publishes."""
    for node in ast.walk(module.tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=verb), args=[], keywords=[]) if verb in EDGE:
                yield f"{module.path}:{node.lineno} calls {verb}()"
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name)) if name in SESSIONS:
                yield f"{module.path}:{node.lineno} calls {name}"
            case ast.ImportFrom(module=str(source)) | ast.alias(name=source) if source.startswith(PUBLISHING):
                yield f"{module.path}:{node.lineno} reaches for {source}"
            case _:
                pass


def names_its_facts(module: Module) -> Iterator[str]:
    """`class ServiceRetired(Event, type="portfolio.service-retired.v1")`, in the package `portfolio`."""
    for found in module.classes():
        if not any(isinstance(base, ast.Name) and base.id == "Event" for base in found.bases):
            continue
        type_ = next((ast.unparse(keyword.value) for keyword in found.keywords if keyword.arg == "type"), "nothing")
        if not re.fullmatch(rf"'{module.package}\.{kebab(found.name)}\.v[1-9][0-9]*'", type_):
            yield f"{module.path}:{found.lineno} {found.name} is called {type_}"


def tables(module: Module) -> dict[str, str]:
    """Class → table, of the mapped classes of a module."""
    return {
        found.name: statement.value.value
        for found in module.classes()
        for statement in found.body
        if isinstance(statement, ast.Assign)
        and [ast.unparse(target) for target in statement.targets] == ["__tablename__"]
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    }


def has_one_noun(module: Module) -> Iterator[str]:
    """Folder `business_case`, class `BusinessCase`, table `business_cases`."""
    mapped = tables(module)
    for name, table in mapped.items():
        if table != plural(snake(name)):
            yield f"{module.path}: {name} is stored in {table}, not in {plural(snake(name))}"
    *_, folder, stem = module.path.removesuffix(".py").split("/")
    noun = camel(COLLECTIVES.get(folder, folder))
    if stem == "model" and mapped and noun not in mapped:
        yield f"{module.path}: {folder} has no mapped class {noun}"
