from django.urls import path

from inventory.web.stock import stock
from inventory.web.why import why

urlpatterns = [
    path("stock/", stock, name="stock"),
    path("stock/<int:sellable_id>/why/", why, name="stock-why"),
]
