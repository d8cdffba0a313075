from django.apps import AppConfig


class InventoryConfig(AppConfig):
    name = "inventory"
    verbose_name = "Inventory"

    def ready(self) -> None:
        # Tells the outbox how the platforms are told of changed stock.
        from inventory import handlers  # noqa: F401
