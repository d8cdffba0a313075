"""What is wrong, doubtful or missing in a set of rules, each with an order that shows it."""

from orders.rules.lint.findings import Code, Finding, Severity, World
from orders.rules.lint.linter import lint

__all__ = ["Code", "Finding", "Severity", "World", "lint"]
