"""The admin's side menu: every model by the name people use for it, if they may see it."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

# Group, then model, name and icon (Material Symbols, served from here).
MENU: dict[str, tuple[tuple[str, str, str], ...]] = {
    "Orders": (
        ("orders.Order", "Orders", "package_2"),
        ("orders.Shipment", "Shipments", "local_shipping"),
        ("orders.Package", "Packages and labels", "label"),
        ("orders.Box", "Boxes", "deployed_code"),
        ("orders.TrackingEvent", "Tracking", "location_on"),
        ("orders.PurchaseIntent", "Label purchases", "payments"),
        ("orders.LedgerLine", "Money ledger", "account_balance"),
        ("orders.VoidRequest", "Labels given back", "undo"),
        ("orders.PlatformDiscrepancy", "Audit findings", "rule"),
        ("orders.LabelAudit", "Label audits", "fact_check"),
        ("orders.LabelSighting", "Labels seen", "visibility"),
        ("orders.Quote", "Quotes", "request_quote"),
        ("orders.OrderLine", "Order lines", "list"),
        ("orders.OrderEvent", "Order history", "history"),
        ("orders.IntakeRecord", "Intake", "inbox"),
        ("orders.PulledOrder", "Orders of platforms", "move_to_inbox"),
        ("orders.PullSource", "Sales channels", "storefront"),
    ),
    "Routing": (
        ("orders.RuleSet", "Rule sets", "alt_route"),
        ("orders.RoutingRule", "Rules", "rule"),
        ("orders.RoutingDecision", "Decisions", "fork_right"),
        ("orders.RoutingOverride", "Overrides", "turn_slight_right"),
        ("orders.BatchAssignment", "Batches", "hub"),
        ("orders.Simulation", "Simulations", "replay"),
        ("orders.SimulatedChange", "Simulated changes", "swap_calls"),
        ("orders.ShadowDifference", "Shadow differences", "contrast"),
        ("orders.TableRate", "Rate tables", "table"),
        ("orders.LaneRate", "Prices told", "sell"),
        ("orders.CurrencyRate", "Currency rates", "currency_exchange"),
    ),
    "Stock": (
        ("inventory.StockLevel", "Stock levels", "inventory_2"),
        ("inventory.StockAlert", "Alerts", "notifications"),
        ("inventory.StockMovement", "Movements", "swap_vert"),
        ("inventory.Reservation", "Reservations", "bookmark"),
        ("inventory.PurchaseOrder", "Purchases", "shopping_cart"),
        ("inventory.PurchaseLine", "Purchase lines", "list"),
        ("inventory.GoodsReceipt", "Deliveries", "move_to_inbox"),
        ("inventory.Supplier", "Suppliers", "factory"),
        ("inventory.SupplierItem", "Bought from", "sell"),
        ("inventory.Transfer", "Transfers", "sync_alt"),
        ("inventory.TransferLine", "Transfer lines", "list"),
        ("inventory.TransferArrival", "Transfers taken in", "move_to_inbox"),
        ("inventory.StockCount", "Counts", "checklist"),
        ("inventory.CountLine", "Count lines", "list"),
        ("inventory.Warehouse", "Warehouses", "warehouse"),
        ("inventory.WarehouseLink", "Warehouses at platforms", "link"),
        ("inventory.StockDrift", "Differences", "difference"),
        ("inventory.PlatformStock", "Stock at platforms", "compare_arrows"),
        ("inventory.PlatformSale", "Sales at platforms", "storefront"),
        ("inventory.KitCount", "Kits at platforms", "deployed_code"),
        ("inventory.StockRun", "Readings of stock", "sync"),
        ("inventory.StockSchedule", "Reading schedules", "schedule"),
    ),
    "Catalog": (
        ("catalog.Product", "Products", "category"),
        ("catalog.Sellable", "Sellables", "sell"),
        ("catalog.KitComponent", "Kit components", "deployed_code"),
        ("catalog.PlatformListing", "Listings at platforms", "link"),
        ("catalog.SyncConflict", "Conflicts", "call_split"),
        ("catalog.ListedIssue", "Listed, not matched", "link_off"),
        ("catalog.CatalogRun", "Readings", "sync"),
        ("catalog.FieldMaster", "Who decides", "balance"),
        ("catalog.CatalogSchedule", "Reading schedules", "schedule"),
    ),
    "Platforms": (
        ("carriers.PlatformAccount", "Platforms", "hub"),
        ("carriers.Carrier", "Carriers", "flight"),
        ("carriers.CarrierService", "Services", "speed"),
        ("carriers.OutboxCommand", "Outbox", "outbox"),
        ("carriers.ApiCall", "Calls", "swap_horiz"),
        ("carriers.WebhookReceipt", "Inbox", "move_to_inbox"),
        ("carriers.SyncCursor", "Lists read", "sync"),
        ("carriers.PullWindow", "Readings of orders", "checklist"),
        ("carriers.PullEntry", "Rows of readings", "list"),
        ("carriers.SetAsideRow", "Rows set aside", "playlist_remove"),
        ("carriers.RateWindow", "Limits", "speed"),
        ("carriers.Circuit", "Rests", "bedtime"),
        ("carriers.UpstreamSignature", "Unknown refusals", "help"),
    ),
    "Partners": (
        ("hooks.WebhookEndpoint", "Webhook endpoints", "webhook"),
        ("hooks.WebhookDelivery", "Messages to partners", "outgoing_mail"),
    ),
    "People and access": (
        ("accounts.Organization", "Organizations", "apartment"),
        ("accounts.User", "Users", "group"),
        ("accounts.ApiKey", "API keys", "key"),
        ("accounts.LoginLock", "Locked logins", "lock"),
        ("accounts.KeptAnswer", "Kept answers", "replay"),
        ("accounts.AuditEntry", "Audit trail", "policy"),
        ("token_blacklist.OutstandingToken", "Refresh tokens", "token"),
        ("token_blacklist.BlacklistedToken", "Ended tokens", "block"),
    ),
    "Background work": (
        ("jobs.Job", "Jobs", "checklist"),
        ("jobs.JobItem", "Rows of jobs", "list"),
        ("jobs.WorkerBeat", "Workers", "memory"),
        ("django_q.Schedule", "Schedules", "schedule"),
        ("django_q.OrmQ", "Queued tasks", "pending"),
        ("django_q.Success", "Finished tasks", "task_alt"),
        ("django_q.Failure", "Failed tasks", "error"),
        ("kernel.Counter", "Rate-limit counters", "timer"),
    ),
}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Groups with nothing to see are left out."""
    groups = [
        {"title": title, "collapsible": True, "items": _items(request, models)}
        for title, models in MENU.items()
    ]
    return [group for group in groups if group["items"]]


def _items(request: HttpRequest, models: tuple[tuple[str, str, str], ...]) -> list[dict[str, Any]]:
    items = []
    for label, title, icon in models:
        model = apps.get_model(label)
        if admin.site.get_model_admin(model).has_view_permission(request):
            names = (model._meta.app_label, model._meta.model_name)
            link = reverse("admin:{}_{}_changelist".format(*names))
            items.append({"title": title, "icon": icon, "link": link})
    return items
