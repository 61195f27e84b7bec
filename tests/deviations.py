"""Where answers leave the model, each case once, for every check of answers: by the model's shapes.

Each stands in a row of the differences, as its name below says. Must not hold what requests may be.
"""

# Values beside an enum's own: AWS answers with them.
FURTHER_VALUES = {
    "PaymentFrequency": {"None"},
    "PrimaryNeedFromAws": {"Do Not Need Support from AWS Sales Rep"},
}
# Texts whose patterns contradict what AWS sends, by shape or by member. Of entities of AWS
# Marketplace, of which the model knows ARNs alone, a recording has the id; the site of an
# engagement's customer is the one of an opportunity's, which may be any text, and the e-mail of an
# invitation's sender the one of an opportunity's team, which takes a character more.
OTHER_FORMS = {
    "AwsMarketplaceOfferIdentifier",
    "AwsMarketplaceOfferSetIdentifier",
    "AwsMarketplaceProductArn",
    "AwsMarketplaceSolutionIdentifier",
    "EngagementInvitationArn",
    "SolutionArn",
    ("EngagementCustomer", "WebsiteUrl"),
    ("SenderContact", "Email"),
}
# Lists that are empty although the model wants an item.
MAY_BE_EMPTY = {"TagList"}
# Texts that are '' although the model wants a character: a national security customer has neither.
MAY_BE_BLANK = {("EngagementCustomer", "CompanyName"), ("EngagementCustomer", "WebsiteUrl")}


def names() -> list[str]:
    """Each case as the differences name it."""
    further = [f"{shape}: {one}" for shape, more in FURTHER_VALUES.items() for one in more]
    forms = [one if isinstance(one, str) else ".".join(one) for one in OTHER_FORMS]
    empty = [f"{shape}: []" for shape in MAY_BE_EMPTY]
    blank = [f"{structure}.{member}: ''" for structure, member in MAY_BE_BLANK]
    return [*further, *forms, *empty, *blank]
