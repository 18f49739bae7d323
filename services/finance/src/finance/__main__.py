"""`python -m finance serve | work | migrate | replay`."""

from chassis.cli import main
from finance.app import manifest

main(manifest)
