from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "orders"
    verbose_name = "Orders"

    def ready(self) -> None:
        # Tells the outbox how to carry out what orders ask of the platforms, and the inbox what
        # orders listen to.
        from orders import handlers, receivers  # noqa: F401
        from orders.web import audit_section  # noqa: F401
