"""A postal code in no form of its country: taken, and told by the log and the journal; refused
under the profile `documented`."""

from typing import Any

import pytest

from cosell.selling import values
from cosell.selling.rules.content import Content
from cosell.selling.rules.postal_code import FORMS
from tests.deals import CATALOGS
from tests.harness import World, opportunity
from tests.property.test_contract import SHAPES
from tests.refusal import refusal
from tests.updating import body, in_state
from tests.waiting import until_told

FIELD = "customer.account.address.postalCode"
RULE = "opportunity.postal-form"
TOLD = (
    "PostalCode has no form that is published for its country: 99999"
    " (9 and N: a digit, A: a letter)"
)
POSTAL = "Customer.Account.Address.PostalCode"
ADDRESS = "Customer.Account.Address"


def request(country: str, code: str) -> dict[str, Any]:
    account = opportunity()["Customer"]["Account"]
    address = {"CountryCode": country, "PostalCode": code}
    return opportunity(Customer={"Account": {**account, "Address": address}})


def warned(world: World, operation: str) -> Any:
    """What the journal says of the newest call of an operation, the same in both of its answers."""
    last = world.desk("ListCalls", Operation=operation)["Calls"][-1]
    whole = world.desk("GetCall", RequestId=last["RequestId"])
    assert whole["Warnings"] == last["Warnings"]
    return whole["Warnings"]


@pytest.mark.parametrize("catalog", CATALOGS)
def test_doubtful_postal_code_is_taken_with_a_warning(world: World, catalog: str) -> None:
    partner = world.client()
    made = partner.create_opportunity(Catalog=catalog, **request("DE", "SW1A 1AA"))
    assert warned(world, "CreateOpportunity") == [
        {"FieldName": FIELD, "Message": TOLD, "Rule": RULE}
    ]
    id = made["ResponseMetadata"]["RequestId"]
    lines = until_told(world.server.log, id).splitlines()
    [line] = [one for one in lines if id in one]
    assert "doubtful" in line
    assert FIELD in line
    assert "SW1A" not in line, "the log has nothing of what was said"
    assert partner.create_opportunity(Catalog=catalog, **request("DE", "10115"))["Id"]
    assert warned(world, "CreateOpportunity") == []


def test_update_warns_of_what_it_changes_alone(world: World) -> None:
    id = in_state(world, "Pending Submission")
    partner = world.client()
    partner.update_opportunity(**body(world, id, {POSTAL: "none"}))
    assert [one["FieldName"] for one in warned(world, "UpdateOpportunity")] == [FIELD]
    partner.update_opportunity(**body(world, id, {"Project.Title": "Another"}))
    assert warned(world, "UpdateOpportunity") == []
    told = refusal(partner.update_opportunity, **body(world, id, {POSTAL: "no", ADDRESS: {}}))
    assert told.code == "ValidationException"
    assert warned(world, "UpdateOpportunity") == [], "what is refused is not taken"


def test_documented_profile_refuses_it_with_all_the_rest(world: World) -> None:
    world.desk("PutProfile", Profile="documented")
    partner = world.client()
    made = {**request("DE", "SW1A 1AA"), "LifeCycle": {"TargetCloseDate": "2001-01-01"}}
    told = refusal(partner.create_opportunity, Catalog="AWS", **made)
    assert told.fields == [("lifeCycle.targetCloseDate", "INVALID_VALUE"), (FIELD, "INVALID_VALUE")]
    assert told.errors[1] == (FIELD, "INVALID_VALUE", TOLD)
    assert told.reason == "BUSINESS_VALIDATION_FAILED"
    assert warned(world, "CreateOpportunity") == []
    id = in_state(world, "Pending Submission")
    told = refusal(partner.update_opportunity, **body(world, id, {POSTAL: "none"}))
    assert told.fields == [(FIELD, "INVALID_VALUE")]


GOOD = {
    "US": ["98101", "98101-1234"], "GB": ["SW1A 1AA", "M1 1AE", "m11ae", "DT3 6GB"],
    "CA": ["K1A 0B1", "K1A0B1"], "NL": ["1012 AB"], "BN": ["KB1234"], "SE": ["SE-11122", "111 22"],
    "PF": ["98714"], "VA": ["120"], "SV": ["1101"], "LT": ["LT-01103", "01103"], "IN": ["110 001"],
    "AE": ["anything"],
}  # fmt: skip
BAD = {
    "US": ["9810", "98101 1234", "981011234"], "GB": ["1AA SW1A", "SW1A"], "CA": ["K1A-0B1"],
    "BN": ["AB1234"], "SV": ["1102"], "PF": ["97714"], "PL": ["00950"],
}  # fmt: skip


def doubted(country: str, code: str) -> bool:
    address: Any = {"CountryCode": country, "PostalCode": code}
    content = Content({"Customer": {"Account": {"Address": address}}}, "", lambda _: True)
    return FORMS[0].broken(content)


def test_forms_are_read_as_the_list_writes_them() -> None:
    assert [(c, code) for c, codes in GOOD.items() for code in codes if doubted(c, code)] == []
    assert [(c, code) for c, codes in BAD.items() for code in codes if not doubted(c, code)] == []


def test_every_country_of_the_list_is_one_and_has_postal_codes() -> None:
    listed = values.postal_code_formats()
    known = set(SHAPES["CountryCode"]["enum"])
    assert set(listed) <= known
    assert not set(listed) & values.countries_without_postal_code()
    assert len(listed) > 100


def test_customers_of_the_examples_have_forms_of_their_countries() -> None:
    table: Any = values.defaults("examples")
    for one in table["Customers"]:
        assert not doubted(one["Address"]["CountryCode"], one["Address"]["PostalCode"])
