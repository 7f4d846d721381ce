"""The detached process that holds the pids of a stack, keeps it running, and ends it in order."""

import asyncio
import os
import shutil
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from signal import SIGINT, SIGTERM

from deploy.native import broker, database
from deploy.native.board import Board
from deploy.native.crew import PORTAL, Crew, portal_url, service_programs
from deploy.native.errors import StackError
from deploy.native.ground import Ground, lay_ground
from deploy.native.keeper import Keeper
from deploy.native.launch import PROJECT, SERVERS_IN_ORDER_OF_STOP, log_tail
from deploy.native.plan import Plan, plan_from
from deploy.native.processes import start_of
from deploy.native.program import Program
from deploy.native.provision import provision_broker, provision_database
from deploy.native.rabbitmq import find_rabbitmq
from deploy.native.settings import Settings, read_settings
from deploy.native.stack import Stack

SERVERS_START_SECONDS = 90
PROBE_SECONDS = 0.2


class Run:
    """The children of one run. The group holds a task for each, so none is forgotten."""

    def __init__(self, ground: Ground, board: Board, group: asyncio.TaskGroup) -> None:
        self._ground = ground
        self._board = board
        self._group = group
        self._keepers: dict[str, Keeper] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._services = _services(ground)
        board.announce([program.name for program in self._services])

    async def start(self) -> None:
        """Database and broker side by side, then the services, which need both."""
        try:
            async with asyncio.timeout(SERVERS_START_SECONDS), asyncio.TaskGroup() as servers:
                database_version = servers.create_task(self._start_database())
                broker_version = servers.create_task(self._start_broker())
        except* StackError as failures:
            self._board.failed("\n".join(str(failure) for failure in failures.exceptions))
        except* TimeoutError:
            self._board.failed(self._who_is_late())
        else:
            versions = {"database": database_version.result(), "broker": broker_version.result()}
            for program in self._services:
                self._keep(program)
            if not self._ground.settings.amqp_url:
                await broker.queues_are_on_disk(self._ground.home)
            self._board.provisioned(versions)

    async def stop(self) -> None:
        services = [name for name in self._keepers if name not in SERVERS_IN_ORDER_OF_STOP]
        await self._stop(services)
        for name in SERVERS_IN_ORDER_OF_STOP:
            await self._stop([name] if name in self._keepers else [])

    async def _start_database(self) -> str:
        ground = self._ground
        url = ground.addresses.database_url
        if ground.settings.database_url:
            version = await _answer(lambda: database.database_version(url))
        else:
            programs = await asyncio.to_thread(_prepare_database, ground)
            program = database.database_program(ground.home, programs, ground.account, url)
            version = await self._keep_until_healthy(program)
        folder = PROJECT.joinpath(*ground.plan.package.split("."))
        await provision_database(ground.addresses, folder)
        return version

    async def _start_broker(self) -> str:
        ground = self._ground
        home, account, ports = ground.home, ground.account, ground.ports
        url = ground.addresses.amqp_url
        if ground.settings.amqp_url:
            version = await _answer(lambda: broker.broker_version(url))
        else:
            rabbitmq = await asyncio.to_thread(find_rabbitmq, ground.settings.cache, _log)
            broker.write_settings(home, account, ports, ground.passwords)
            await self._keep_until_healthy(broker.epmd_program(home, rabbitmq, account, ports))
            program = broker.broker_program(home, rabbitmq, account, ports, url)
            version = await self._keep_until_healthy(program)
        await provision_broker(ground.settings, ground.addresses, _log)
        return version

    def _keep(self, program: Program) -> Keeper:
        keeper = Keeper(program, self._board.note)
        self._keepers[program.name] = keeper
        self._tasks[program.name] = self._group.create_task(keeper.run())
        return keeper

    async def _keep_until_healthy(self, program: Program) -> str:
        keeper = self._keep(program)
        await keeper.healthy.wait()
        return keeper.version

    async def _stop(self, names: list[str]) -> None:
        for name in names:
            self._keepers[name].stop()
        for name in names:
            await self._tasks[name]

    def _who_is_late(self) -> str:
        late = [name for name, keeper in self._keepers.items() if not keeper.healthy.is_set()]
        tails = [log_tail(self._ground.home, name) for name in late]
        sentence = f"The servers did not answer within {SERVERS_START_SECONDS} s."
        return "\n".join((sentence, *tails))


async def supervise(settings: Settings, plan: Plan) -> None:
    """Run the stack until we are told to stop or our owner is gone."""
    stop = asyncio.Event()
    _listen(stop, plan)
    ground = lay_ground(settings, plan)
    board = Board(_first_page(ground))
    async with asyncio.TaskGroup() as group:
        run = Run(ground, board, group)
        startup = group.create_task(run.start())
        await stop.wait()
        startup.cancel()
        await asyncio.wait({startup})
        await run.stop()
    if plan.ephemeral:
        shutil.rmtree(ground.home.root, ignore_errors=True)
    else:
        ground.home.stack_file.unlink(missing_ok=True)


def _listen(stop: asyncio.Event, plan: Plan) -> None:
    loop = asyncio.get_running_loop()
    for number in (SIGTERM, SIGINT):
        loop.add_signal_handler(number, stop.set)
    if plan.owned:
        # Nothing is ever written to it: readable means that the owner's end is closed.
        lifeline = sys.stdin.fileno()

        def owner_is_gone() -> None:
            loop.remove_reader(lifeline)
            stop.set()

        loop.add_reader(lifeline, owner_is_gone)


def _first_page(ground: Ground) -> Stack:
    return Stack(
        home=ground.home.root,
        supervisor=os.getpid(),
        supervisor_started=start_of(os.getpid()),
        ephemeral=ground.plan.ephemeral,
        demo=ground.is_demo,
        provisioned=False,
        failure=None,
        database_url=ground.addresses.database_url,
        amqp_url=ground.addresses.amqp_url,
        database_urls=ground.addresses.database_urls,
        amqp_urls=ground.addresses.amqp_urls,
        versions={},
        children={},
        portal_url=portal_url(ground.ports) if _runs_portal(ground) else "",
    )


def _runs_portal(ground: Ground) -> bool:
    return any(program.name == PORTAL for program in _services(ground))


def _services(ground: Ground) -> list[Program]:
    if not ground.plan.services:
        return []
    crew = Crew(
        package=ground.plan.package,
        workers=ground.plan.workers or ground.settings.ledger_workers,
        demo=ground.is_demo,
        log_deliveries=ground.plan.log_deliveries,
    )
    return list(service_programs(ground.home, crew, ground.ports, ground.addresses))


def _prepare_database(ground: Ground) -> Path:
    programs = database.binaries(ground.settings.cache, ground.account)
    password = ground.passwords[database.ADMINISTRATOR]
    database.initialize(ground.home, programs, ground.account, password)
    return programs


async def _answer(probe: Callable[[], Awaitable[str | None]]) -> str:
    """Wait for a server that somebody else runs; the caller sets the limit."""
    while not (version := await probe()):  # noqa: ASYNC110 -- no event tells of another's server
        await asyncio.sleep(PROBE_SECONDS)
    return version


def _log(line: str) -> None:
    sys.stderr.write(f"{line}\n")


if __name__ == "__main__":
    try:
        asyncio.run(supervise(read_settings(), plan_from(sys.argv[1])))
    except StackError as error:
        sys.exit(str(error))
