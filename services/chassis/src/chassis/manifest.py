"""All that makes one service different from another."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from fastapi import APIRouter
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.events import Event, Reading

R = TypeVar("R", bound=Reading)
React = Callable[[AsyncSession, Any], Awaitable[None]]


@dataclass(frozen=True)
class Reaction:
    """What a service does, once and in its own transaction, when it reads a fact of another one."""

    reading: type[Reading]
    react: React

    @property
    def name(self) -> str:
        return self.react.__name__


@dataclass(frozen=True)
class Reactions:
    """Collects the reactions of a service: `@reactions.to(ServiceRetired)` above the function that reacts."""

    all: list[Reaction] = field(default_factory=list)

    def to(
        self, reading: type[R]
    ) -> Callable[[Callable[[AsyncSession, R], Awaitable[None]]], Callable[[AsyncSession, R], Awaitable[None]]]:
        def add(
            react: Callable[[AsyncSession, R], Awaitable[None]],
        ) -> Callable[[AsyncSession, R], Awaitable[None]]:
            self.all.append(Reaction(reading, react))
            return react

        return add


@dataclass(frozen=True)
class Chore:
    """What the worker does by the clock: `do` gets a session and the instant, does one bounded piece of work in that
    transaction, and says whether there may be more. Of all workers one at a time is at it; each asks again
    `every_seconds` once there was nothing more."""

    name: str
    do: Callable[[AsyncSession, datetime], Awaitable[bool]]
    every_seconds: float


@dataclass(frozen=True)
class Manifest:
    """`name` is the schema, the first segment of its public address and of its event types; `migrations` a package."""

    name: str
    title: str
    description: str
    metadata: MetaData
    migrations: str
    routers: Sequence[APIRouter]
    events: Sequence[type[Event]] = ()
    reactions: Sequence[Reaction] = ()
    chores: Sequence[Chore] = ()

    @property
    def hears(self) -> frozenset[str]:
        """The types of the facts that it reacts to."""
        return frozenset(reaction.reading.type for reaction in self.reactions)
