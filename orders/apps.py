from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "orders"
    verbose_name = "Orders"

    def ready(self) -> None:
        # Tells the outbox how to carry out what orders ask of the platforms.
        from orders import handlers  # noqa: F401
