"""Who may do what: each role as patterns of `service:noun:verb`, in which `*` stands for any one part."""

from collections.abc import Iterable

ROLES: dict[str, frozenset[str]] = {
    "portfolio_manager": frozenset({"portfolio:*:*", "strategy:*:read", "finance:*:read"}),
    # A controller decides where the approval policy asks for a permission of finance.
    "finance_controller": frozenset(
        {"finance:*:*", "portfolio:*:read", "portfolio:business-case:decide", "strategy:*:read"}
    ),
    "strategist": frozenset({"strategy:*:*", "portfolio:*:read", "finance:*:read"}),
    "consumer": frozenset(
        {
            "finance:charge:read",
            "finance:invoice:read",
            "finance:credit-note:read",
            "finance:dispute:open",
            "finance:dispute:read",
            "portfolio:catalog:read",
            "strategy:offering:read",
        }
    ),
    "auditor": frozenset({"*:*:read"}),
    "integrator": frozenset({"*:*:read", "*:*:write", "*:*:import"}),
    "administrator": frozenset({"*:*:*"}),
}

# Sees only what belongs to one unit. Without a unit such a role gives nothing, because no unit means every unit.
OF_ONE_UNIT = frozenset({"consumer"})


def permissions(roles: Iterable[str], *, has_unit: bool) -> frozenset[str]:
    """Everything that the roles allow together; names that are no role count for nothing."""
    useful = {role for role in roles if has_unit or role not in OF_ONE_UNIT}
    return frozenset().union(*(ROLES.get(role, frozenset()) for role in useful))
