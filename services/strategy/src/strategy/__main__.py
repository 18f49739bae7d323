"""`python -m strategy serve | work | migrate | replay`."""

from chassis.cli import main
from strategy.app import manifest

main(manifest)
