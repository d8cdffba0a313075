from django.urls import path
from rest_framework.routers import SimpleRouter

from shipping_project.hooks.api import views

router = SimpleRouter(trailing_slash=False)
router.register("webhooks", views.EndpointViewSet, basename="webhook")
router.register("webhook-deliveries", views.DeliveryViewSet, basename="webhook-delivery")

urlpatterns = [
    path("webhook-events", views.EventsView.as_view(), name="webhook-events"),
    *router.urls,
]
