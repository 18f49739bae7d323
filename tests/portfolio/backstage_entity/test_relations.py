"""Relations of entities become dependencies of services, and close no loop."""

from chassis.testing import ServiceUnderTest
from tests.backstage import said, sent, sent_json
from tests.portfolio.backstage_entity.catalog import CATALOG, component, listed, used
from tests.portfolio.services import Services, made


async def test_relations_become_dependencies_and_what_is_not_known_is_said(portfolio: ServiceUnderTest) -> None:
    result = await sent(portfolio, CATALOG)
    assert await used(portfolio) == {
        ("shop", "till", "made of"),
        ("payments", "till", "provided by"),
        ("till", "ledger", None),
    }
    assert said(result, "left_out") == {"till": [("/spec/dependsOn/1", "component:default/elsewhere is not known")]}


async def test_of_relations_that_close_a_loop_together_none_is_taken(portfolio: ServiceUnderTest) -> None:
    result = await sent_json(
        portfolio,
        component("a", spec={"dependsOn": ["component:b", "component:d"]}),
        component("b", spec={"dependsOn": ["component:c"]}),
        component("c", spec={"dependsOn": ["component:a"]}),
        component("d", spec={"dependsOn": ["component:d"]}),
    )
    assert result["created"] == 4
    assert await used(portfolio) == {("a", "d", None)}
    assert {name: [pointer for pointer, _ in remarks] for name, remarks in said(result, "left_out").items()} == {
        "a": ["/spec/dependsOn/0"],
        "b": ["/spec/dependsOn/0"],
        "c": ["/spec/dependsOn/0"],
        "d": ["/spec/dependsOn/0"],
    }
    assert said(result, "left_out")["d"][0][1] == "d would use itself by it, directly or through others"


async def test_a_loop_with_what_is_there_already_is_left_out(portfolio: ServiceUnderTest, services: Services) -> None:
    await sent_json(portfolio, component("a", spec={"dependsOn": ["component:b"]}), component("b"))
    result = await sent_json(portfolio, component("b", spec={"dependsOn": ["component:a"]}))
    assert [pointer for pointer, _ in said(result, "left_out")["b"]] == ["/spec/dependsOn/0"]
    assert await used(portfolio) == {("a", "b", None)}


async def test_what_is_gone_is_not_used_again(portfolio: ServiceUnderTest, services: Services) -> None:
    await sent_json(portfolio, component("a", spec={"lifecycle": "experimental"}))
    made(await services.step((await listed(portfolio))["a"], "rejection"))
    result = await sent_json(portfolio, component("b", spec={"dependsOn": ["component:a"]}))
    assert said(result, "left_out") == {"b": [("/spec/dependsOn/0", "a is rejected.")]}


async def test_of_very_many_relations_that_are_left_out_the_first_hundred_are_named(
    portfolio: ServiceUnderTest,
) -> None:
    result = await sent_json(portfolio, component("a", spec={"dependsOn": [f"api:{n}" for n in range(150)]}))
    assert (result["left_out"], len(result["entities"][0]["left_out"])) == (150, 100)
