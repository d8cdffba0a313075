from django.urls import path

from inventory.counting import web as counting
from inventory.kits.web import compose, kits
from inventory.purchasing import web as purchasing
from inventory.reorder import web as reordering
from inventory.transfers import web as transfers
from inventory.web import drift
from inventory.web.adjust import adjust
from inventory.web.alerts import acknowledge, alerts, mute
from inventory.web.returns import returns, take_back
from inventory.web.stock import stock
from inventory.web.thresholds import thresholds
from inventory.web.warehouses import warehouse, warehouses
from inventory.web.why import why

urlpatterns = [
    path("stock/", stock, name="stock"),
    path("stock/alerts/", alerts, name="stock-alerts"),
    path("stock/alerts/<int:alert_id>/acknowledge/", acknowledge, name="stock-alert-acknowledge"),
    path("stock/alerts/<int:alert_id>/mute/", mute, name="stock-alert-mute"),
    path("stock/warehouses/", warehouses, name="warehouses"),
    path("stock/warehouses/<str:code>/", warehouse, name="warehouse"),
    path("stock/kits/", kits, name="stock-kits"),
    path("stock/kits/compose/", compose, name="stock-kit-compose"),
    path("stock/suppliers/", purchasing.suppliers, name="suppliers"),
    path("stock/suppliers/add/", purchasing.supplier_add, name="supplier-add"),
    path("stock/suppliers/sells/", purchasing.supply, name="supplier-sells"),
    path("stock/purchases/", purchasing.purchases, name="purchases"),
    path("stock/purchases/draft/", purchasing.draft, name="purchase-draft"),
    path("stock/purchases/<int:order_id>/", purchasing.purchase, name="purchase"),
    path("stock/purchases/<int:order_id>/change/", purchasing.change, name="purchase-change"),
    path("stock/purchases/<int:order_id>/place/", purchasing.place, name="purchase-place"),
    path("stock/purchases/<int:order_id>/receive/", purchasing.receive, name="purchase-receive"),
    path("stock/purchases/<int:order_id>/cancel/", purchasing.cancel, name="purchase-cancel"),
    path("stock/reorder/", reordering.reorder, name="reorder"),
    path("stock/reorder/draft/", reordering.draft, name="reorder-draft"),
    path("stock/returns/", returns, name="returns"),
    path("stock/returns/take/", take_back, name="return-take"),
    path("stock/transfers/", transfers.transfers, name="transfers"),
    path("stock/transfers/draft/", transfers.draft, name="transfer-draft"),
    path("stock/transfers/<int:transfer_id>/", transfers.transfer, name="transfer"),
    path("stock/transfers/<int:transfer_id>/send/", transfers.send, name="transfer-send"),
    path("stock/transfers/<int:transfer_id>/arrive/", transfers.arrive, name="transfer-arrive"),
    path(
        "stock/transfers/<int:transfer_id>/write-off/",
        transfers.write_off,
        name="transfer-write-off",
    ),
    path("stock/transfers/<int:transfer_id>/cancel/", transfers.cancel, name="transfer-cancel"),
    path("stock/counts/", counting.counts, name="counts"),
    path("stock/counts/open/", counting.begin, name="count-open"),
    path("stock/counts/<int:count_id>/", counting.count, name="count"),
    path("stock/counts/<int:count_id>/enter/", counting.enter, name="count-enter"),
    path("stock/counts/<int:count_id>/step/", counting.step, name="count-step"),
    path("stock/drift/", drift.drift, name="stock-drift"),
    path("stock/drift/<int:drift_id>/", drift.settle, name="stock-settle"),
    path("stock/drift/platforms/<slug:platform>/read/", drift.read, name="stock-read"),
    path("stock/drift/platforms/<slug:platform>/schedule/", drift.schedule, name="stock-schedule"),
    path("stock/drift/runs/<int:run_id>/", drift.steer, name="stock-run"),
    path("stock/drift/links/<int:link_id>/", drift.own, name="stock-own"),
    path("stock/<int:sellable_id>/why/", why, name="stock-why"),
    path("stock/levels/<int:level_id>/thresholds/", thresholds, name="stock-thresholds"),
    path("stock/<int:sellable_id>/adjust/", adjust, name="stock-adjust"),
]
