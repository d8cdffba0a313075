from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "orders"
    verbose_name = "Orders"

    def ready(self) -> None:
        # Tells the outbox how to carry out what orders ask of the platforms, and the inbox what
        # orders listen to, and the jobs what is done with many orders, and stock who waits for it.
        from orders import arrivals, handlers, receivers, runners  # noqa: F401
        from orders.web import audit_section, pulled_section  # noqa: F401
