"""Choices by which answers leave the model's shapes, where no other choice does so already: rows
elsewhere name theirs under `outside` too."""

from typing import Final

from cosell.selling.differences import Difference, Subject
from cosell.selling.rules.sources import GUIDE, REFERENCE

_INVITED: Final = ("GetEngagementInvitation",)
_ENGAGED: Final = (*_INVITED, "GetEngagement")

SHAPES: Final = Subject(
    "Answers outside the model's shapes",
    (
        Difference(
            "shape.tags",
            "Tags of a resource that has none",
            "A list of one at least.",
            "",
            "An empty list.",
            "decision",
            f"{REFERENCE}: ListTagsForResource",
            ("ListTagsForResource",),
            outside=("TagList: []",),
        ),
        Difference(
            "shape.customer-site",
            "The customer's website in invitations and contexts",
            "A pattern, which an opportunity's WebsiteUrl has not: that is any text of 4 to 255 "
            "characters.",
            "",
            "The opportunity's own, whatever its form (`http://localhost`): an invitation that "
            "left it out would lack a required member.",
            "decision",
            f"{REFERENCE}: EngagementCustomer, Account",
            _ENGAGED,
            outside=("EngagementCustomer.WebsiteUrl",),
        ),
        Difference(
            "shape.customer-secret",
            "The customer of a national security opportunity in invitations and contexts",
            "CompanyName and WebsiteUrl are required, and have a character at least; the "
            "opportunity may be without.",
            "",
            "Both are there, as empty texts: what an invitation says of the customer has to be the "
            "opportunity's.",
            "decision",
            f"{REFERENCE}: EngagementCustomer; {GUIDE}: Working with your opportunities",
            _ENGAGED,
            outside=("EngagementCustomer.CompanyName: ''", "EngagementCustomer.WebsiteUrl: ''"),
        ),
        Difference(
            "shape.sender-email",
            "The e-mail of the sender's contact in the invitation that a submission sends",
            "SenderContactEmail takes no backtick, Email of the opportunity's team does.",
            "",
            "The address of the team's first member, as it is.",
            "decision",
            f"{REFERENCE}: SenderContact, Contact",
            _INVITED,
            outside=("SenderContact.Email",),
        ),
    ),
)
