"""What a problem is: a code that programs branch on, and what a person needs to get past it."""

from __future__ import annotations

from dataclasses import dataclass

# Pages where a fix is made, by their URL names.
SELLABLES = "admin:catalog_sellable_changelist"
LISTINGS = "admin:catalog_platformlisting_changelist"
WAREHOUSES = "admin:inventory_warehouse_changelist"
WAREHOUSE_LINKS = "admin:inventory_warehouselink_changelist"
RULE_SETS = "admin:orders_ruleset_changelist"
SIGNATURES = "admin:carriers_upstreamsignature_changelist"
COMMANDS = "admin:carriers_outboxcommand_changelist"
PLATFORMS = "platforms"
STOCK = "stock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One canonical reason why something did not go through.

    `field` is where it lies in our own terms, "" where it lies in no field. `retry_helps` means
    that the same thing may succeed later, or anew, with nothing changed by anybody. `url_name` is
    the page where the fix is made, if it is one of ours. `is_vague` problems only say that the
    platform refused; its words are then kept and grouped. Problems that steer what we do next are
    not `is_assignable`: no person may give them to a platform's words.
    """

    code: str
    cause: str
    fix: str
    field: str = ""
    retry_helps: bool = False
    url_name: str = ""
    is_vague: bool = False
    is_assignable: bool = True
