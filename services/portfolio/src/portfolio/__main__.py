"""`python -m portfolio serve | work | migrate | replay`."""

from chassis.cli import main
from portfolio.app import manifest

main(manifest)
