"""Problems of our account at a platform: keys, money, plan."""

from __future__ import annotations

from carriers.problems.kinds import PLATFORMS, Problem

ACCOUNT_PROBLEMS = (
    Problem(
        code="upstream.unauthorized",
        cause="The platform does not accept our key, or an invoice is unpaid there.",
        fix="Put a valid key into the settings; what waits goes on by itself.",
        retry_helps=True,
        url_name=PLATFORMS,
    ),
    Problem(
        code="account.permission_missing",
        cause="Our key may not do this at the platform.",
        fix="Give the key the missing permission at the platform, then try again.",
    ),
    Problem(
        code="account.funds_low",
        cause="The balance at the platform does not cover the label.",
        fix="Add funds at the platform, then try again.",
    ),
    Problem(
        code="account.overdraft_limit",
        cause="The account has reached the most that it may owe the platform.",
        fix="Pay what is open, or have the limit raised by the account manager there.",
    ),
    Problem(
        code="account.plan_limit",
        cause="The plan at the platform allows no more shipments in this period.",
        fix="Upgrade the plan there, or wait for the next period.",
    ),
    Problem(
        code="account.plan_lacks_feature",
        cause="The plan at the platform does not include this.",
        fix="Upgrade the plan there, or ship without the feature (duties prepaid, for one).",
    ),
    Problem(
        code="account.quota_used",
        cause="The calls that the plan at the platform includes are used up.",
        fix="Upgrade the plan there, or wait for the next period; orders wait meanwhile.",
        retry_helps=True,
    ),
    Problem(
        code="account.identity_unverified",
        cause="The platform wants the identity of the account's owner verified first.",
        fix="Go through the verification at the platform, then try again.",
    ),
    Problem(
        code="account.store_missing",
        cause="The platform has no store of ours that orders can be booked in.",
        fix="Make a direct store there, or name the channel in the settings.",
    ),
    Problem(
        code="account.carrier_account_invalid",
        cause="A carrier account cannot be linked at the platform as it was given.",
        fix="Correct the carrier account at the platform.",
    ),
)
