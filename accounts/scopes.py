"""What an API key may be allowed to do."""

from __future__ import annotations

# Besides "orders:write", to push an order on towards its label: dispatch, retry, release. Orders
# that are taken in go on by the firm's own rules and need no such key.
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
)
