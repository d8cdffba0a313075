from django.urls import path

from shipping_project.hooks.web import views

urlpatterns = [
    path("webhooks/", views.endpoints, name="webhooks-page"),
    path("webhooks/<int:endpoint_id>/", views.endpoint, name="webhook-page"),
    path("webhooks/<int:endpoint_id>/act/", views.act, name="webhook-act"),
    path(
        "webhooks/<int:endpoint_id>/deliveries/<int:delivery_id>/replay/",
        views.replay_delivery,
        name="webhook-replay",
    ),
]
