"""Services as an integrator of TMF633 sees them, and how they come back from there."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from portfolio.service.gates import Act
from portfolio.service.model import Service
from portfolio.service.terms import Kind, Stage
from portfolio.service_specification.intake import said_of
from portfolio.service_specification.sent import understood
from portfolio.service_specification.writing import Surroundings, candidate_body, specification_body
from tests.databases import clean
from tests.portfolio.service_specification.bodies import (
    FOLDER,
    WITHOUT,
    Made,
    imported,
    known,
    outcomes,
    published,
    shown,
    used,
)
from tests.portfolio.services import Services, made

NOW = Act(by="ada", at=datetime(2026, 3, 1, tzinfo=UTC), reason="Imported")


async def a_portfolio(services: Services) -> tuple[Made, Made]:
    relay = await services.operational("relay", kind="supporting")
    mail = await services.proposed("mail", description="Mailboxes", tags=["workplace"])
    await services.level(mail)
    made(await services.use(mail, relay))
    return await services.up_to(mail, "launch"), relay


async def test_a_service_is_shown_in_the_words_of_the_standard(services: Services) -> None:
    mail, relay = await a_portfolio(services)
    body, other = await shown(services)
    assert body == made(await services.portfolio.client.get(f"/v1/service-specifications/{mail['id']}"))
    assert (body["id"], body["@type"], body["version"]) == ("mail", "CustomerFacingServiceSpecification", "1")
    assert (body["lifecycleStatus"], body["description"]) == ("Launched", "Mailboxes")
    assert body["href"] == f"/portfolio/v1/service-specifications/{mail['id']}"
    assert body["validFor"] == {"startDateTime": f"{mail['launched_on']}T00:00:00Z"}
    assert body["relatedParty"] == [{"id": "Ada", "name": "Ada", "role": "owner", "@referredType": "Party"}]
    [link] = body["serviceSpecRelationship"]
    assert (link["id"], link["relationshipType"]) == ("relay", "dependency")
    assert link["href"] == other["href"] == f"/portfolio/v1/service-specifications/{relay['id']}"
    [level] = body["serviceLevelSpecification"]
    assert (level["name"], level["href"]) == ("Available", f"/portfolio/v1/service-levels/{level['id']}")


async def test_its_candidate_names_it_and_its_tags(services: Services) -> None:
    mail, _ = await a_portfolio(services)
    body, _ = await shown(services, "service-candidates")
    assert body == made(await services.portfolio.client.get(f"/v1/service-candidates/{mail['id']}"))
    assert body["category"] == [{"id": "workplace", "name": "workplace"}]
    assert body["serviceSpecification"]["href"] == f"/portfolio/v1/service-specifications/{mail['id']}"


async def test_what_replaces_a_retiring_service_is_its_substitution(services: Services) -> None:
    mail, _ = await a_portfolio(services)
    post = await services.proposed("post")
    made(await services.step(mail, "retirement-notice", retires_on="2199-01-01", replacement_id=post["id"]))
    [body] = await shown(services, code="mail")
    links = {one["relationshipType"]: one["id"] for one in body["serviceSpecRelationship"]}
    assert links == {"dependency": "relay", "substitution": "post"}
    assert (body["lifecycleStatus"], body["validFor"]["endDateTime"]) == ("Launched", "2199-01-01T00:00:00Z")


@WITHOUT
async def test_all_that_is_shown_is_as_the_published_definition_has_it(services: Services) -> None:
    await a_portfolio(services)
    await services.proposed("idea", owner=None)
    for kind, noun in (("ServiceSpecification", "service-specifications"), ("ServiceCandidate", "service-candidates")):
        bodies = await shown(services, noun)
        assert len(bodies) == 3
        for body in bodies:
            published(kind).validate(body)


async def test_all_that_is_shown_comes_in_elsewhere_as_it_was(services: Services) -> None:
    """Into an organization that has nothing; what is in the catalog there is in the catalog here."""
    await a_portfolio(services)
    await services.proposed("idea", owner=None, description="Later")
    nouns = "service-specifications", "service-candidates"
    sent = [await shown(services, noun) for noun in nouns]
    await clean(services.portfolio.database.engine, "portfolio")
    result = await imported(services, *sent[0], *sent[1])
    assert set(outcomes(result)) <= {"created", "changed", "kept"}
    mail, relay = await known(services, "mail"), await known(services, "relay")
    assert await used(services, mail) == [relay["id"]]
    assert mail["tags"] == ["workplace"]
    again = [await shown(services, noun) for noun in nouns]
    reached = "id name description lifecycleStatus validFor relatedParty category @type".split()
    for before, after in zip(sent, again, strict=True):
        assert [[one.get(field) for field in reached] for one in after] == [
            [one.get(field) for field in reached] for one in before
        ]


LETTERS = st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="<")
LINES = (
    st.text(LETTERS, max_size=200)
    .map(str.strip)
    .filter(lambda line: bool(line) and line.isprintable() and ":" not in line)
)
PROSE = st.text(LETTERS, max_size=300).filter(lambda text: ":" not in text)


@settings(max_examples=150, deadline=None)
@given(
    LINES,
    PROSE,
    st.none() | LINES,
    st.sampled_from(Kind),
    st.lists(st.from_regex(r"[a-z0-9][a-z0-9._-]{0,30}", fullmatch=True)),
)
def test_whatever_is_said_of_a_service_comes_back_as_it_was(
    name: str, description: str, owner: str | None, kind: Kind, tags: list[str]
) -> None:
    said: dict[str, Any] = {"name": name, "description": description, "owner": owner, "kind": kind}
    service = Service.take_over(NOW, code="mail", stage=Stage.PIPELINE, tags=tags, **said)
    body, candidate = specification_body(service, Surroundings()), candidate_body(service)
    read_again = said_of(understood(0, body))
    assert {"owner": None, **read_again} == said
    assert [one["id"] for one in candidate["category"]] == sorted(set(tags))
    if FOLDER:
        published("ServiceSpecification").validate(body)
        published("ServiceCandidate").validate(candidate)
