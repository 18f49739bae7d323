"""Subscriptions come in by a file."""

from chassis.testing import ServiceUnderTest
from tests.portfolio.files import counts, import_file, reasons
from tests.portfolio.services import Services, made

HEAD = "service,customer,quantity,starts_on,ends_on\n"
ROWS = HEAD + "mail,harbour,425,2025-04-01,\nmail,transit,1905.5,2025-04-01,2026-04-01\n"


async def test_subscriptions_start_and_the_same_file_changes_nothing(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    await services.operational("mail")
    harbour, _ = await services.customer("harbour"), await services.customer("transit")
    assert counts(await import_file(portfolio, "subscription", ROWS)) == (2, 0, 0, 0)
    (kept,) = made(await portfolio.client.get("/v1/subscriptions", params={"customer_id": str(harbour)}))["items"]
    assert (kept["quantity"], kept["starts_on"], kept["ends_on"]) == ("425", "2025-04-01", None)
    assert len(await portfolio.announced("portfolio.subscription-started.v1")) == 2
    assert len(await portfolio.announced("portfolio.subscription-ended.v1")) == 1
    assert counts(await import_file(portfolio, "subscription", ROWS)) == (0, 0, 2, 0)


async def test_an_end_that_a_later_file_brings_is_taken(portfolio: ServiceUnderTest, services: Services) -> None:
    await services.operational("mail")
    await services.customer("harbour")
    await import_file(portfolio, "subscription", HEAD + "mail,harbour,425,2025-04-01,\n")
    ended = await import_file(portfolio, "subscription", HEAD + "mail,harbour,425,2025-04-01,2026-01-01\n")
    assert counts(ended) == (0, 1, 0, 0)
    late = await import_file(portfolio, "subscription", HEAD + "mail,harbour,425,2025-04-01,2027-01-01\n")
    assert reasons(late) == [(2, "", "It ends on 2026-01-01 already.")]


async def test_a_merged_customer_is_taken_for_the_one_that_lives_on(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    await services.operational("mail")
    harbour, transit = await services.customer("harbour"), await services.customer("transit")
    await services.merge(harbour, transit)
    await import_file(portfolio, "subscription", HEAD + "mail,harbour,425,2025-04-01,\n")
    (kept,) = made(await portfolio.client.get("/v1/subscriptions"))["items"]
    assert kept["customer_id"] == str(transit)


async def test_rows_that_do_not_fit_are_rejected_and_the_others_taken(
    portfolio: ServiceUnderTest, services: Services
) -> None:
    await services.operational("mail")
    await services.proposed("new")
    await services.customer("harbour")
    rows = """\
mail,harbour,425,2025-04-01,
mail,harbour,425,2025-05-01,
mail,harbour,426,2025-04-01,
mail,nobody,1,2025-04-01,
nothing,harbour,1,2025-04-01,
new,harbour,1,2025-04-01,
mail,harbour,0,2024-04-01,2024-05-01
mail,harbour,1,2024-04-01,2024-03-01
mail,harbour,1,someday,
"""
    result = await import_file(portfolio, "subscription", HEAD + rows)
    assert counts(result) == (1, 0, 0, 8)
    assert [(line, column) for line, column, _ in reasons(result)] == [
        (3, ""),
        (4, ""),
        (5, "customer"),
        (6, "service"),
        (7, ""),
        (8, "quantity"),
        (9, ""),
        (10, "starts_on"),
    ]


async def test_a_subscription_is_known_by_its_external_id(portfolio: ServiceUnderTest, services: Services) -> None:
    mail = await services.operational("mail")
    harbour = await services.customer("harbour")
    head = "source,external_id,service,customer_id,quantity,option,starts_on\n"
    rows = head + f"crm,C-1,mail,{harbour},10,gold,2025-04-01\n"
    assert counts(await import_file(portfolio, "subscription", rows)) == (1, 0, 0, 0)
    (kept,) = made(await portfolio.client.get("/v1/subscriptions", params={"service_id": mail["id"]}))["items"]
    assert (kept["source"], kept["external_id"], kept["option"]) == ("crm", "C-1", "gold")
    assert counts(await import_file(portfolio, "subscription", rows)) == (0, 0, 1, 0)
    moved = await import_file(portfolio, "subscription", rows.replace("2025-04-01", "2025-05-01"))
    assert counts(moved) == (0, 0, 0, 1)
