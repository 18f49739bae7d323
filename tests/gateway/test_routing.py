"""An address means one operation or none, however it is written."""

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.problems import MethodNotAllowed, NoSuchPath, Problem
from gateway.problems import PathRefused
from gateway.routing import OWN, Table, segments_of
from tests.gateway.doors import contract, operation

PATHS: dict[str, Any] = {
    "/v1/services": {"get": operation("list"), "post": operation("propose", **{"x-max-body-bytes": 1000})},
    "/v1/services/{id}": {"get": operation("show")},
    "/v1/services/summary": {"get": operation("summarize"), "delete": operation("forget")},
    "/v1/services/{id}/levels/{level_id}": {"get": operation("show_level")},
    "/v1/services/summary/levels/{level_id}": {"put": operation("set_level")},
    "/v1/imports": {"post": operation("take", **{"x-streams": True, "x-permission": "portfolio:service:import"})},
}
TABLE = Table(
    {
        "portfolio": contract(PATHS),
        "fin": contract({"/v1/x": {"get": operation("other")}}),
        OWN: contract({"/": {"get": operation("lead", security=[])}, "/oauth/token": {"post": operation("token")}}),
    }
)


def found(path: str, method: str = "GET") -> str:
    return TABLE.find(method, path.encode()).operation


@pytest.mark.parametrize(
    ("method", "path", "id"),
    [
        ("GET", "/portfolio/v1/services", "list"),
        ("POST", "/portfolio/v1/services", "propose"),
        ("GET", "/portfolio/v1/services/42", "show"),
        ("GET", "/portfolio/v1/services/summary", "summarize"),
        ("GET", "/portfolio/v1/services/%73ummary", "summarize"),
        ("GET", "/portfolio/v1/services/summary/levels/7", "show_level"),
        ("PUT", "/portfolio/v1/services/summary/levels/7", "set_level"),
        ("GET", "/portfolio/v1/services/caf%C3%A9", "show"),
        ("GET", "/portfolio/v1/services/a%20b;c=1,2", "show"),
        ("GET", "/", "lead"),
        ("POST", "/oauth/token", "token"),
    ],
)
def test_the_most_literal_template_that_knows_the_method_is_found(method: str, path: str, id: str) -> None:
    assert found(path, method) == id


def test_an_entry_knows_what_its_contract_says() -> None:
    route = TABLE.find("POST", b"/portfolio/v1/imports")
    assert (route.service, route.permission, route.streams, route.is_open) == (
        "portfolio",
        "portfolio:service:import",
        True,
        False,
    )
    assert TABLE.find("POST", b"/portfolio/v1/services").max_body_bytes == 1000
    assert TABLE.find("GET", b"/").is_open


@pytest.mark.parametrize(
    "path",
    [
        "/finance/v1/x",
        "/fin",
        "/fin/v1/xy",
        "/portfoliov1/services",
        "/portfolio/v1/services/1/levels",
        "/portfolio/v1/services/",
        "/portfolio/v1/Services",
        "/v1/services",
        "/portfolio",
        "/%7Bid%7D",
    ],
)
def test_whole_segments_count_and_what_is_not_promised_is_not_there(path: str) -> None:
    with pytest.raises(NoSuchPath):
        found(path)


def test_a_known_address_names_the_methods_it_takes() -> None:
    with pytest.raises(MethodNotAllowed) as refused:
        found("/portfolio/v1/services/summary", "PATCH")
    assert refused.value.context["allow"] == ["DELETE", "GET"]


@pytest.mark.parametrize(
    "path",
    [
        "//portfolio/v1/services",
        "/portfolio//v1/services",
        "/portfolio/v1/services/..",
        "/portfolio/v1/./services",
        "/portfolio/v1/x/%2e%2e/services",
        "/portfolio/v1/x/%2E./services",
        "/portfolio%2Fv1/services",
        "/portfolio/v1%2fservices",
        "/portfolio/v1/services/a%5Cb",
        "/portfolio/v1/services/a\\b",
        "/portfolio/v1/services/%00",
        "/portfolio/v1/services/%0d%0aSet-Cookie:x",
        "/portfolio/v1/services/%7f",
        "/portfolio/v1/services/%ff",
        "/portfolio/v1/services/%C0%AE%C0%AE",
        "/portfolio/v1/services/%ED%A0%80",
        "/portfolio/v1/services/%",
        "/portfolio/v1/services/%4",
        "/portfolio/v1/services/%zz",
        "/portfolio/v1/services/a b",
        "/portfolio/v1/services/\x7f",
        "/portfolio/v1/services?x",
        "/portfolio/v1/services#x",
        "portfolio/v1/services",
        "",
        "*",
        "http://portfolio/v1/services",
        "/portfolio/v1/services/" + "a" * 5000,
    ],
)
def test_what_readers_could_read_differently_is_refused(path: str) -> None:
    with pytest.raises(PathRefused):
        found(path)


@given(st.text(min_size=1, max_size=30).filter(lambda text: text not in (".", "..")))
def test_a_segment_is_decoded_as_it_was_meant_or_refused(text: str) -> None:
    try:
        raw = b"/portfolio/v1/services/" + quote(text, safe="").encode()
        segments = segments_of(raw)
    except (PathRefused, UnicodeEncodeError):
        assert any(character in "/\\" or ord(character) < 32 or ord(character) >= 127 for character in text)
    else:
        assert segments[-1] == text
        assert found(raw.decode()) == ("summarize" if text == "summary" else "show")


@given(st.binary(max_size=60))
def test_no_bytes_make_a_path_that_breaks_the_table(raw: bytes) -> None:
    try:
        segments = segments_of(b"/portfolio/" + raw)
    except Problem:
        return
    assert len(segments) == raw.count(b"/") + 2
    assert not {"", ".", ".."} & set(segments)
    assert not any("/" in segment or "\\" in segment or "\x00" in segment for segment in segments)
