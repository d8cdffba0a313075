from django.urls import include, path

from orders.web.board import orders
from orders.web.bulk import bulk
from orders.web.new_order import new_order
from orders.web.order import address, assignee, call, label, order, steer
from orders.web.override import override
from orders.web.overview import overview
from orders.web.split import split

urlpatterns = [
    path("", include("orders.web.routing.urls")),
    path("", overview, name="overview"),
    path("orders/", orders, name="orders"),
    path("orders/bulk/", bulk, name="orders-bulk"),
    path("orders/new/", new_order, name="order-new"),
    path("orders/<str:number>/", order, name="order"),
    path("orders/<str:number>/steer/", steer, name="order-steer"),
    path("orders/<str:number>/way/", override, name="order-override"),
    path("orders/<str:number>/split/", split, name="order-split"),
    path("orders/<str:number>/assignee/", assignee, name="order-assignee"),
    path("orders/<str:number>/address/", address, name="order-address"),
    path("orders/<str:number>/labels/<int:package_id>/", label, name="order-label"),
    path("orders/<str:number>/calls/<int:call_id>/", call, name="order-call"),
]
