"""The Easyship 2024-09 dialect."""

from carriers.sandbox.easyship.dialect import EasyshipDialect

__all__ = ["EasyshipDialect"]
