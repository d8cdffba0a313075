"""The Easyship dialects: 2024-09, and 2023-01 in its terms."""

from carriers.sandbox.easyship.dialect import EasyshipDialect
from carriers.sandbox.easyship.legacy import LegacyDialect

__all__ = ["EasyshipDialect", "LegacyDialect"]
