"""Every route of the portal that is no API: the pages', the doors', the stores', the files'."""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from starlette.routing import Route

from services.portal import pages, static_files, watching
from services.portal.sign_in import by_provider
from services.portal.sign_in import routes as sign_in
from services.portal.webhooks import incoming


def routes_of_pages() -> Iterator[Route]:
    for module in iter_modules(pages.__path__):
        found = getattr(import_module(f"{pages.__name__}.{module.name}"), "routes", ())
        yield from (route for route in found if isinstance(route, Route))


def every_route() -> list[Route]:
    return [
        *routes_of_pages(),
        *sign_in.ROUTES,
        *by_provider.routes,
        *watching.routes,
        *static_files.routes,
        *incoming.routes,
    ]


def method_of(route: Route) -> str:
    """GET, or what it takes instead."""
    methods = set(route.methods or ()) - {"HEAD"}
    return "GET" if "GET" in methods else min(methods)


def address_of(route: Route, ids: dict[str, object]) -> str:
    """Its address with what is named put in, and something harmless for the rest."""
    path = route.path
    for name in route.param_convertors:
        for spelled in (f"{{{name}}}", f"{{{name}:path}}"):
            path = path.replace(spelled, str(ids.get(name, "nobody")))
    return path
