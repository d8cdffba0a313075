"""Conditions over an order, as data: groups of all, any and none around comparisons."""

from orders.rules.conditions.reading import UnreadableCondition, condition_faults, read_condition
from orders.rules.conditions.tree import Comparison, Condition, Group, Trial

__all__ = [
    "Comparison",
    "Condition",
    "Group",
    "Trial",
    "UnreadableCondition",
    "condition_faults",
    "read_condition",
]
