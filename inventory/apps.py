from django.apps import AppConfig


class InventoryConfig(AppConfig):
    name = "inventory"
    verbose_name = "Inventory"

    def ready(self) -> None:
        # Tells the outbox how the platforms are told of changed stock, and webhooks what partners
        # can be told of stock, in whichever process they ask.
        from inventory import handlers  # noqa: F401
        from inventory.alerts import looking  # noqa: F401
