"""What opportunities are associated with, and how a test asks for it.

Must not know what a test expects.
"""

from typing import Any

from tests.harness import ACCOUNT, World, opportunity
from tests.refusal import Refusal, refusal

GIVEN = ("S-1234567", "S-0059631")  # solutions that every account has
MARKETPLACE = "arn:aws:aws-marketplace:us-east-1:111122223333:AWSMarketplace"
ENTITIES = {
    "Solutions": GIVEN[0],
    "AwsProducts": "AmazonEC2Linux",
    "AwsMarketplaceSolutions": f"{MARKETPLACE}/Solution/soln-abc123",
    "AwsMarketplaceProducts": f"{MARKETPLACE}/SaaSProduct/prod-abc123",
    "AwsMarketplaceOffers": f"{MARKETPLACE}/Offer/offer-abc123",
    "AwsMarketplaceOfferSets": f"{MARKETPLACE}/OfferSet/offerset-abc123",
}


class Deal:
    """An opportunity of an account, and what can be done with what it is associated with."""

    def __init__(
        self, world: World, catalog: str = "Sandbox", account: str = ACCOUNT, id: str = ""
    ) -> None:
        self.world, self.catalog, self.client = world, catalog, world.client(account)
        self.id: str = id or self.client.create_opportunity(Catalog=catalog, **opportunity())["Id"]

    def named(self, type: str, identifier: str) -> dict[str, Any]:
        return {
            "Catalog": self.catalog,
            "OpportunityIdentifier": self.id,
            "RelatedEntityType": type,
            "RelatedEntityIdentifier": identifier,
        }

    def associate(self, type: str, identifier: str = "") -> None:
        self.client.associate_opportunity(**self.named(type, identifier or ENTITIES[type]))

    def disassociate(self, type: str, identifier: str = "") -> None:
        self.client.disassociate_opportunity(**self.named(type, identifier or ENTITIES[type]))

    def not_associated(self, type: str, identifier: str) -> Refusal:
        return refusal(self.client.associate_opportunity, **self.named(type, identifier))

    def not_disassociated(self, type: str, identifier: str) -> Refusal:
        return refusal(self.client.disassociate_opportunity, **self.named(type, identifier))

    def read(self) -> Any:
        return self.client.get_opportunity(Catalog=self.catalog, Identifier=self.id)

    def related(self) -> dict[str, list[str]]:
        """What it is associated with, without the empty lists."""
        found = self.read()["RelatedEntityIdentifiers"]
        return {type: ids for type, ids in found.items() if ids}
