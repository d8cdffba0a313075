"""The label audit: reads what the platforms hold and compares it with our ledger, there and back.

It reaches the platforms, so it stands beside `handlers` and `pulls`. The comparison itself is pure
(`orders.rules.audit`), and what it finds is written by `orders.services.audits`.
"""
