from django.urls import path

from inventory.web.stock import stock

urlpatterns = [path("stock/", stock, name="stock")]
