"""The tree of cost objects, walked in the database."""

from typing import Any
from uuid import UUID

from sqlalchemy import Select, select

from finance.cost_object.model import CostObject


def cost_objects_below(top: Select[UUID]) -> Select[Any]:
    """Ids of the cost objects that `top` selects, and of all that stand below them."""
    walk = select(CostObject.id).where(CostObject.id.in_(top)).cte("cost_objects_below", recursive=True)
    return select(walk.union(select(CostObject.id).join(walk, walk.c.id == CostObject.parent_id)).c.id)
