"""What an API key may be allowed to do."""

from __future__ import annotations

# Besides "orders:write", for whatever leads to a purchase: dispatch, retry, release, and orders
# that go on by themselves. Those that a key without it sends in are held.
BUY_LABELS = "labels:buy"
SCOPES = (
    "orders:read",
    "orders:write",
    BUY_LABELS,
    "catalog:read",
    "catalog:write",
    "stock:read",
    "stock:write",
    "rules:read",
    "rules:publish",
    "jobs:read",
    "jobs:write",
    "webhooks:read",
    "webhooks:write",
)
