"""Where answers leave the model, each case once, for every check of answers: by the model's shapes.

Must not hold what requests may be.
"""

# Values beside an enum's own: AWS answers with them.
FURTHER_VALUES = {
    "PaymentFrequency": {"None"},
    "PrimaryNeedFromAws": {"Do Not Need Support from AWS Sales Rep"},
}
# Texts whose patterns contradict what AWS sends, by shape or by member. Of entities of AWS
# Marketplace, of which the model knows ARNs alone, a recording has the id; the site of an
# engagement's customer is the one of an opportunity's, which may be any text.
OTHER_FORMS = {
    "AwsMarketplaceOfferIdentifier",
    "AwsMarketplaceOfferSetIdentifier",
    "AwsMarketplaceProductArn",
    "AwsMarketplaceSolutionIdentifier",
    "EngagementInvitationArn",
    "SolutionArn",
    ("EngagementCustomer", "WebsiteUrl"),
}
# Lists that are empty although the model wants an item.
MAY_BE_EMPTY = {"TagList"}
# Texts that are '' although the model wants a character: a national security customer has neither.
MAY_BE_BLANK = {("EngagementCustomer", "CompanyName"), ("EngagementCustomer", "WebsiteUrl")}
