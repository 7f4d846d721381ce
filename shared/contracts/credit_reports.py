"""Questions whose answer is worked out: statements, usage, dry runs, estimates."""

from datetime import timedelta
from typing import Annotated, ClassVar, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from shared.contracts.credit_queries import LedgerQuestion, PageSize
from shared.contracts.credits import LINES_MAX
from shared.contracts.message import Contract, Moment
from shared.contracts.money import Credits
from shared.contracts.purchases import Product
from shared.contracts.work import Measure, Name, TagName, Unit

GROUPS = r"^(user|job|product|project|node|node_class|unit|day|tag:[^\x00]{1,60})$"
GROUPS_MAX = 3
FRAMES_MAX = 10**7
DAYS_MAX = 400
# As long as three names of 120 characters may get when they are escaped.
CURSOR_MAX = 2_500


def _each_once(groups: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(groups)) < len(groups):
        message = "each column groups once"
        raise ValueError(message)
    return groups


def _check_span(since: Moment, until: Moment) -> None:
    if since >= until:
        message = "until: comes after since"
        raise ValueError(message)


Period = Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
"""A calendar month of the wallet's time zone, like 2026-11."""

Group = Annotated[str, Field(pattern=GROUPS)]
Groups = Annotated[
    tuple[Group, ...], Field(max_length=GROUPS_MAX, fail_fast=True), AfterValidator(_each_once)
]


class ShowStatement(LedgerQuestion):
    """Show one period's statement, by booking (A18, A21); a closed one never changes.

    Answers `{period, zone, starts, ends, closed, seq_from, seq_to, opening, closing, totals,
    values}`: each period opens with what the one before closed with, `totals` says what was
    granted, captured, expired, clawed back, credited back, adjusted and absorbed, and `values`
    what is deferred, earned, expired and clawed back in each currency. A balance is what there is
    less what is owed, so that `debt` is no part of the sum: it is how what is owed changed. Amounts
    removed and debt repaid may be negative. `seq_from` and `seq_to` are the rows of its journal.
    Refused `unknown_period`.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.show_statement.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.show_statement"

    period: Period


class ListStatementLots(LedgerQuestion):
    """List what happened in a period to each lot that was open in it or changed (A21).

    Answers `{lots: [{lot, store, order_id, line_no, category, currency, unit_price, expires_at,
    opening, granted, credited_back, captured, expired, clawed_back, adjusted, debt, closing, left,
    owes, values}], after}`. Of each, `opening` and what came in (granted, credited back) less what
    went out (captured, expired, clawed back, adjusted) is its `closing`, and the closings of all
    lots add up to that of the statement. `closing` is what is `left` in the lot less what it
    `owes`: what was taken back of it when it had no more, or, below zero, what it repaid of what
    other lots owe (T23). `debt` is how `owes` changed. Refused `unknown_period`.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.list_statement_lots.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.list_statement_lots"

    period: Period
    after: Annotated[int, Field(ge=0, le=2**63 - 1)] = 0
    limit: PageSize = 100


class ListStatementPeople(LedgerQuestion):
    """List what each person used in a period, less what was credited back (T15).

    Answers `{people: [{account_id, role, used}], after}`; the Administrator always has a line.
    Refused `unknown_period`.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.list_statement_people.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.list_statement_people"

    period: Period
    after: UUID | None = None
    limit: PageSize = 100


class ListStatements(LedgerQuestion):
    """List the statements of the wallet's periods, oldest first and the open one last.

    Answers `{statements, after}`: of each what `ShowStatement` says, without `values`.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.list_statements.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.list_statements"

    after: Period | None = None
    limit: PageSize = 100


class ShowUsage(LedgerQuestion):
    """Sum what was charged from `since` until before `until`, by booking, by up to three columns.

    `by` names user, job, product, project, node, node_class, unit, day (of the wallet's time zone)
    or `tag:<name>`; none gives one total. The other fields filter; `tag` filters by the value of
    one tag. Answers `{rows: [{group, charged, credited_back, credits, absorbed, quantity, lines}],
    complete, complete_until, zone, after}` in the order of the groups: `credits` is what was
    charged less what was credited back (so it may be negative), `absorbed` what the vendor paid
    (T26), `quantity` what was measured by unit, `lines` how many charges. All that was booked
    before `complete_until` is in it, and if `complete` all that is booked; the pages of one report
    tell of the same moment. `most_first` shows those that came to most credits, and no page behind
    them. Refused `overloaded` if it sums too much to be waited for.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.show_usage.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.show_usage"

    by: Groups = ()
    since: Moment
    until: Moment
    account_id: UUID | None = None
    job: Name | None = None
    product: Name | None = None
    project: Name | None = None
    node: Name | None = None
    node_class: Name | None = None
    unit: Unit | None = None
    tag: Annotated[dict[TagName, Name], Field(max_length=1)] | None = None
    most_first: bool = False
    after: Annotated[str, Field(min_length=1, max_length=CURSOR_MAX)] | None = None
    limit: PageSize = 100

    @model_validator(mode="after")
    def _time_runs_forward(self) -> Self:
        _check_span(self.since, self.until)
        if self.most_first and self.after is not None:
            message = "after: goes with the order of the groups, most_first with none of them"
            raise ValueError(message)
        return self


class ShowBalances(LedgerQuestion):
    """Show what was left at the end of each day from `since` until before `until`, by booking.

    Days are those of the wallet's time zone, at most 400; the one that is not over ends now.
    Answers `{points: [{day, at, free, held}], zone}`, oldest first: `free` is what nobody held and
    `held` what open holds had. `held` is left out of days since which too much was booked to be
    summed while somebody waits. Refused `malformed` for more days.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.show_balances.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.show_balances"

    since: Moment
    until: Moment

    @model_validator(mode="after")
    def _time_runs_forward(self) -> Self:
        _check_span(self.since, self.until)
        if self.until - self.since > timedelta(days=DAYS_MAX):
            message = f"until: at most {DAYS_MAX} days after since"
            raise ValueError(message)
        return self


class ListUsageLines(LedgerQuestion):
    """List single charges from `since` until before `until` with all their columns, as booked.

    Answers `{lines: [{seq, id, kind, account_id, credits, job, work, quantity, unit, rate, hold_id,
    booked_at}], complete, complete_until, after}`: a charge on several lots has a line for each,
    `kind` is charged, absorbed (by the vendor) or credited_back, `id` the command's or usage
    line's, `seq` the row of the journal, `rate` the number of the rate that priced `quantity`. A
    late capture of what was charged already at the end of its lease is a line of no credits with
    its `quantity`, and with a `seq` below zero. Where they are not
    `complete`, the lines end before `complete_until`: going on from the last `seq` misses none.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.list_usage_lines.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.list_usage_lines"

    since: Moment
    until: Moment
    account_id: UUID | None = None
    job: Name | None = None
    after: Annotated[int, Field(ge=-(2**63), le=2**63 - 1)] = 0
    limit: PageSize = 100

    @model_validator(mode="after")
    def _time_runs_forward(self) -> Self:
        _check_span(self.since, self.until)
        return self


class TriedAuthorization(Contract):
    """One authorization that is only tried, in the words of `AuthorizeHold`."""

    account_id: UUID
    amount: Credits
    job: Name | None = None
    max_credits: Credits | None = None
    product: Product | None = None

    @model_validator(mode="after")
    def _cap_has_a_job(self) -> Self:
        if self.max_credits is not None and not self.job:
            message = "max_credits: needs a job"
            raise ValueError(message)
        return self


class DryRun(LedgerQuestion):
    """Ask whether these authorizations would pass now, one after the other; changes nothing.

    Each that passes reduces what the next one finds. Answers `{passes, passed, refused, requested,
    authorized, available, left, authorizations: [{passes, code, limits: [{code, short,
    who_can_lift, resets_at}], flags}]}` in the order asked: `limits` are all that bind, the first
    of them gives the `code`; `short` is how many credits are missing there (absent where none
    would help), `resets_at` when that limit renews by itself, `flags` are limits that are only
    observed. `available` is what the wallet has, `left` what all that passes would leave of it.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.dry_run.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.dry_run"

    authorizations: Annotated[
        tuple[TriedAuthorization, ...], Field(min_length=1, max_length=LINES_MAX, fail_fast=True)
    ]


class EstimateJob(LedgerQuestion):
    """Estimate from a sample what `frames` frames cost by the rates of now; not binding.

    `sample` is one measure per frame. Answers `{frames, sampled, mean, low, high, total}` in
    credits: `mean` of one frame, `low` and `high` if every frame were like the cheapest or the
    dearest. Refused `no_rate, invalid_amount`.
    """

    TYPE: ClassVar[str] = "coffer.credit_ledger.estimate_job.v1"
    ROUTING_KEY: ClassVar[str] = "credit_ledger.estimate_job"

    sample: Annotated[
        tuple[Measure, ...], Field(min_length=1, max_length=LINES_MAX, fail_fast=True)
    ]
    frames: Annotated[int, Field(ge=1, le=FRAMES_MAX)]
