"""Where browsers are sent: to pages of ours, with what was done in the address, and back."""

from uuid import UUID

import pytest
from starlette.requests import Request

from services.portal.show import came_from, go, is_own_path, sign_in_address

FORM = UUID("019c1d94-dbd9-79f9-9c13-56ba815a20d9")


@pytest.mark.parametrize("path", ["/", "/me/account", "/o/1/people?search=a b&role=", "/a//b"])
def test_a_path_of_ours_is_told_as_such(path: str) -> None:
    assert is_own_path(path)


@pytest.mark.parametrize(
    "path",
    [
        *("", "me", "https://evil.example/", "//evil.example", "/\\evil.example"),
        *("/\t/evil.example", "/\nSet-Cookie: a=b", "javascript:alert(1)"),
    ],
)
def test_what_could_lead_elsewhere_is_none_of_ours(path: str) -> None:
    assert not is_own_path(path)


@pytest.mark.parametrize(
    ("done", "address"),
    [
        ("/me", f"/me?receipt={FORM}"),
        ("/me?a=b", f"/me?a=b&receipt={FORM}"),
        ("/me#sessions", f"/me?receipt={FORM}#sessions"),
        ("/me?a=b#sessions", f"/me?a=b&receipt={FORM}#sessions"),
    ],
)
def test_the_form_that_was_done_stands_in_the_address(done: str, address: str) -> None:
    assert go(asked("/"), done, receipt=FORM).headers["location"] == address


def test_a_script_is_told_where_to_go_in_a_header() -> None:
    response = go(asked("/", headers={"hx-request": "true"}), "/me")

    assert response.status_code == 204
    assert response.headers["hx-redirect"] == "/me"


def test_the_sign_in_leads_back_to_where_somebody_was() -> None:
    there = asked("/o/1/people", query="search=a%26b&role=GUEST")

    assert sign_in_address(asked("/")) == "/sign-in"
    assert sign_in_address(there) == "/sign-in?next=/o/1/people%3Fsearch%3Da%2526b%26role%3DGUEST"


@pytest.mark.parametrize(
    ("method", "referer", "page"),
    [
        ("POST", "http://portal.example/me/account?receipt=1", "/me/account"),
        ("POST", "http://evil.example/me/account", "/sent"),
        ("POST", "", "/sent"),
        ("GET", "http://portal.example/me/account", "/sent"),
    ],
)
def test_the_page_of_a_form_is_known_by_who_sent_it(method: str, referer: str, page: str) -> None:
    assert came_from(asked("/sent", method=method, headers={"referer": referer})) == page


def asked(
    path: str, *, query: str = "", method: str = "GET", headers: dict[str, str] | None = None
) -> Request:
    given = {"host": "portal.example", **(headers or {})}
    return Request(
        {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": path.encode(),
            "query_string": query.encode(),
            "scheme": "http",
            "server": ("portal.example", 80),
            "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        }
    )
