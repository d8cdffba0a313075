from django.urls import include, path
from rest_framework.routers import SimpleRouter

from orders.bench.bare import views

router = SimpleRouter(trailing_slash=False)
router.register("orders", views.BareOrderViewSet, basename="bare-order")

urlpatterns = [
    path("bare/view", views.bare_view),
    path("bare/", include(router.urls)),
    path("", include("shipping_project.urls")),
]
