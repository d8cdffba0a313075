"""Which end of a transfer somebody who is limited to warehouses may act at."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied

from accounts.principals import may_enter
from inventory.models import Warehouse


def require_at(actor: object, warehouse: Warehouse) -> None:
    """Both ends see a transfer; who sends it is at the one and who takes it in at the other."""
    if not may_enter(actor, warehouse.code):
        raise PermissionDenied(f"You do not work in {warehouse.code}.")
