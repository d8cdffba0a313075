from django.urls import path

from inventory.kits.web import compose, kits
from inventory.web.alerts import acknowledge, alerts, mute
from inventory.web.stock import stock
from inventory.web.why import why

urlpatterns = [
    path("stock/", stock, name="stock"),
    path("stock/alerts/", alerts, name="stock-alerts"),
    path("stock/alerts/<int:alert_id>/acknowledge/", acknowledge, name="stock-alert-acknowledge"),
    path("stock/alerts/<int:alert_id>/mute/", mute, name="stock-alert-mute"),
    path("stock/kits/", kits, name="stock-kits"),
    path("stock/kits/compose/", compose, name="stock-kit-compose"),
    path("stock/<int:sellable_id>/why/", why, name="stock-why"),
]
