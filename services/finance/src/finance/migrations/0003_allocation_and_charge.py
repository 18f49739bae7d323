"""0003_allocation_and_charge."""

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    pass
