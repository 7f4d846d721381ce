"""Trials and betas: what operators offer and decide, what anybody applies for (A15, R31, R46)."""

from dataclasses import replace
from uuid import UUID

from services.licensing.commands.door import commands
from services.licensing.rules import trials as rules
from services.licensing.rules.operators import operators_only
from services.licensing.rules.trials import Application
from services.licensing.store import arriving, entitlements, holdings, people, trials
from shared.contracts.audit import LicensingActRecorded, Values
from shared.contracts.message import Command, Contract, Refused, Verdict, refuse
from shared.contracts.refusals import RefusalCode
from shared.contracts.trials import ApplyForTrial, DecideBeta, Offer, SetOffer
from shared.erasing import unaddressed
from shared.messaging.audit import record
from shared.messaging.doors import ServiceClock, carries
from shared.messaging.inbox import Act, Change, once
from shared.messaging.outbox import NOBODY
from shared.postgres.pool import Pool


@commands(filter=carries(SetOffer))
async def set_offer(command: Command[SetOffer], pool: Pool, clock: ServiceClock) -> Verdict | None:
    async with once(pool, command, clock) as change:
        if change.already_made:
            return change.verdict
        refused = operators_only(command.actor)
        return change.decide(refused or await _set_offer(change, command.data))


@commands(filter=carries(ApplyForTrial))
async def apply_for_trial(
    command: Command[ApplyForTrial], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock) as change:
        if change.already_made:
            return change.verdict
        if command.on_behalf_of is None:
            nobody = "on_behalf_of: names the account that applies"
            return change.decide(refuse(RefusalCode.MALFORMED, message=nobody))
        await people.lock_account(change.connection, command.on_behalf_of)
        return change.decide(await _apply(change, command.on_behalf_of, command.data.offer))


@commands(filter=carries(DecideBeta))
async def decide_beta(
    command: Command[DecideBeta], pool: Pool, clock: ServiceClock
) -> Verdict | None:
    async with once(pool, command, clock) as change:
        if change.already_made:
            return change.verdict
        refused = operators_only(command.actor)
        return change.decide(refused or await _decide(change, command.data))


async def _set_offer(change: Change, asked: SetOffer) -> Offer | Refused:
    await trials.lock_offers(change.connection)
    known = await trials.find_offer(change.connection, asked.offer)
    offer = rules.set_offer(asked, known)
    if isinstance(offer, Offer):
        await trials.save_offer(change.connection, offer)
        before: Values = {"open": known.open} if known else {}
        await record(
            change,
            LicensingActRecorded,
            subject=NOBODY,
            before=before,
            after=offer.model_dump(mode="json", exclude={"used"}),
        )
    return offer


async def _apply(change: Change, account_id: UUID, name: str) -> Contract | Refused:
    offer = await trials.find_offer(change.connection, name)
    if offer is None:
        return refuse(RefusalCode.UNKNOWN_PRODUCT)
    application = rules.apply(
        offer,
        await holdings.holding_of(change.connection, account_id, offer.product, now=change.now),
        applied=await trials.find_application_for(change.connection, account_id, name),
        id=change.clock.new_id(),
        now=change.now,
    )
    if isinstance(application, Refused):
        return application
    if offer.kind == "TRIAL":
        return await _grant(change, application, offer)
    return await trials.keep(change, application, offer)


async def _decide(change: Change, asked: DecideBeta) -> Contract | Refused:
    applied = await trials.find_application(change.connection, asked.application_id)
    if applied is None:
        return refuse(RefusalCode.UNKNOWN_REQUEST, message="no application has this id")
    await people.lock_account(change.connection, applied.account_id)
    applied = await trials.find_application(change.connection, asked.application_id)
    assert applied is not None
    offer = await trials.find_offer(change.connection, applied.offer)
    assert offer is not None
    state = rules.decide(
        applied,
        await holdings.holding_of(
            change.connection, applied.account_id, offer.product, now=change.now
        ),
        approve=asked.approve,
    )
    if isinstance(state, Refused):
        return state
    await record(
        change,
        LicensingActRecorded,
        subject=applied.account_id,
        about=applied.account_id,
        before={"state": applied.state},
        after={
            "state": state,
            "offer": offer.offer,
            "reason": asked.reason and unaddressed(asked.reason),
        },
    )
    if state == "GRANTED":
        return await _grant(change, applied, offer)
    return await trials.keep(change, replace(applied, state=state), offer)


async def _grant(act: Act, application: Application, offer: Offer) -> Contract:
    license = rules.granted(application, offer, id=act.clock.new_id(), now=act.now)
    concerned = await arriving.add_license(act, license)
    granted = replace(application, state="GRANTED", license_id=license.id)
    told = await trials.keep(act, granted, offer)
    await entitlements.retell_all(act, concerned)
    return told
