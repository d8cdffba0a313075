"""The Veeqo dialect."""

from carriers.sandbox.veeqo.dialect import VeeqoDialect

__all__ = ["VeeqoDialect"]
