"""The services that make up the platform."""

from chassis.manifest import Manifest
from finance.app import manifest as finance
from portfolio.app import manifest as portfolio
from strategy.app import manifest as strategy

SERVICES: tuple[Manifest, ...] = (strategy, portfolio, finance)
