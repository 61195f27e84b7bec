"""Choices about requests in general, and about accounts and access."""

from typing import Final

from cosell.selling.differences import SILENT, Difference, Subject
from cosell.selling.rules.sources import (
    CONNECTOR,
    GUIDE,
    PARTNERS,
    RECORDED,
    REFERENCE,
)

REQUESTS: Final = Subject(
    "Requests",
    (
        Difference(
            "request.unknown-members",
            "Members that the model does not have",
            SILENT,
            "Whole GetOpportunity answers are sent back to UpdateOpportunity, and retired members "
            "such as `PartnerId` are sent to CreateOpportunity: both succeed.",
            "They are ignored, everywhere.",
            "observed",
            RECORDED,
        ),
        Difference(
            "request.null",
            "Explicit null",
            "Only that null takes an opportunity out of contract-duration mode.",
            "Client programs send null for whatever they do not know.",
            "Null is the same as absent, but for `Project.ExpectedContractDuration`, where it ends "
            "contract-duration mode.",
            "observed",
            RECORDED,
        ),
        Difference(
            "request.wrong-type",
            "A wrong JSON type (a number for a string, an object for a list)",
            SILENT,
            "",
            "A `SerializationException` that names the member, alone; every other fault of shape "
            "is a field error, and all of them are told together.",
            "not documented",
        ),
        Difference(
            "request.field-names",
            "How a field error names its member",
            "Lower camel case from the request's root in one page's samples.",
            "`lifeCycle.stage`, `project.salesActivities`; Pascal case was seen once.",
            "Lower camel case; items of a list are counted from 0: `taskStatus[0]`.",
            "observed",
            CONNECTOR,
        ),
        Difference(
            "request.codes",
            "Which code a fault of shape has",
            "The codes are listed, not when each is used.",
            "",
            "Length and pattern `INVALID_STRING_FORMAT`, number out of range "
            "`VALUE_OUT_OF_RANGE`, list sizes `NOT_ENOUGH_VALUES` and `TOO_MANY_VALUES`, anything "
            "outside an enum (a catalog too) `INVALID_ENUM_VALUE`, a union with several members "
            "`INVALID_VALUE`, with none `REQUIRED_FIELD_MISSING`.",
            "not documented",
        ),
        Difference(
            "request.nul",
            "The character U+0000 in a string",
            SILENT,
            "",
            "Refused with `INVALID_STRING_FORMAT`.",
            "not documented",
        ),
        Difference(
            "request.list-size",
            "Lists for which the model states no maximum",
            SILENT,
            "",
            "At most 1,000 items, else `TOO_MANY_VALUES`.",
            "not documented",
        ),
        Difference(
            "request.instants",
            "Which instants there are",
            SILENT,
            "",
            "Those of the years 1 to 9999, to the millisecond (what is finer is cut off), else "
            "`VALUE_OUT_OF_RANGE`.",
            "not documented",
        ),
        Difference(
            "request.order",
            "Which refusal comes first",
            SILENT,
            "",
            "Signature, JSON, shape, then in one transaction: client token, existence and "
            "visibility, state, business rules. ARCHITECTURE.md has the whole order.",
            "not documented",
        ),
        Difference(
            "request.dialects",
            "How an operation is addressed",
            "By the header `X-Amz-Target`.",
            "AWS's own request collection posts to `/<Operation>` as `application/json`, without "
            "the header.",
            "Both work, and each is answered in its own content type.",
            "observed",
            RECORDED,
        ),
        Difference(
            "request.region",
            "The region of a client",
            "The API is in us-east-1 alone, though SDKs make an address for any region.",
            "",
            "Asked of keys that a configuration names; else a client of any region is answered as "
            "one of us-east-1, which ARNs and events name. Such a program reaches nothing at AWS.",
            "decision",
            f"{GUIDE}: Selling API regions",
        ),
        Difference(
            "request.newer-operations",
            "Operations that are documented and in no released SDK model",
            "Bulk jobs: `ListOpportunityBulkJobResults`, `GetOpportunityBulkJobReportUrl`.",
            "",
            "UnknownOperationException, until a model has them.",
            "decision",
            f"{REFERENCE}: ListOpportunityBulkJobResults",
        ),
        Difference(
            "token.scope",
            "Client tokens",
            "The same token with another body is a conflict.",
            "Reusing CreateOpportunity's token for a Start…Task made the task silently not start; "
            "two of AWS's own samples share one token.",
            "A token is bound per account, catalog and operation, on success only, for 24 hours of "
            "real and of namespace time, whichever ends later. A Start…Task that answers FAILED "
            "has bound its token. Bodies are compared without the token and without nulls; an id "
            "and its ARN are different bodies.",
            "not documented",
            CONNECTOR,
        ),
        Difference(
            "token.replay",
            "A repeated client token",
            "A repeated Start…Task answers the same task.",
            "",
            "Create… answers the first answer as it was; Start…Task answers the same task in its "
            "present state, so that a client can poll with it.",
            "documented",
            f"{GUIDE}: Working with opportunities from AWS",
        ),
    ),
)

ACCOUNTS: Final = Subject(
    "Accounts and access",
    (
        Difference(
            "account.foreign",
            "What another account owns",
            "AccessDeniedException where the caller is no member.",
            "Not found, for an opportunity that was not accepted yet.",
            "ResourceNotFoundException, always: what an account may not see is not there.",
            "decision",
            f"{REFERENCE}: ListEngagementMembers",
        ),
        Difference(
            "account.aws",
            "AWS's own account",
            "`aws`.",
            "`aws` in catalog AWS; a twelve-digit test account in the Sandbox.",
            "`aws` in both catalogs.",
            "decision",
            RECORDED,
        ),
        Difference(
            "account.profile",
            "The company behind an account",
            "Its Partner Central profile.",
            "",
            "What PutPartner says; without it `Partner <account>` and a site under example.com. "
            "The members of an engagement have it as it is said by now, also those that joined "
            "before. What was sent or made before stays as it was: invitations, events, the "
            "owner's address in OpportunityTeam.",
            "not documented",
        ),
        Difference(
            "account.enrolment",
            "Accounts that are no partners",
            "An account registers as a partner, catalog by catalog.",
            "Until then every call is an AccessDeniedException, whatever its policies say.",
            "Every account is enrolled in both catalogs until PutPartner says otherwise; then its "
            "calls there are AccessDeniedException with Reason "
            "`INCOMPATIBLE_BENEFIT_AWS_PARTNER_STATE`.",
            "decision",
            "setup guides of public integrations",
        ),
        Difference(
            "account.audit",
            "CloudTrail",
            "Every call is recorded there.",
            "",
            "There is no trail.",
            "decision",
            f"{GUIDE}: Logging with CloudTrail",
        ),
        Difference(
            "account.policies",
            "IAM policies",
            "Every operation has an action, resources and condition keys.",
            "",
            "They are not evaluated: whoever is let in may call every operation as its account.",
            "decision",
            "service authorization reference: AWS Partner Central",
        ),
        Difference(
            "account.connections",
            "Partners that invite each other",
            "They have to be connected in Partner Central.",
            "",
            "Any account can be invited, unless the desk says that it is not enrolled in the "
            "catalog.",
            "decision",
            PARTNERS,
            ("CreateEngagementInvitation",),
        ),
        Difference(
            "account.settings",
            "The role in PutSellingSystemSettings",
            SILENT,
            "",
            "Without one it clears the role. A bare name becomes a role's ARN in the caller's "
            "account; whether the role exists is not asked, but another account's is refused with "
            "AccessDenied, since IAM lets nobody pass a role across accounts.",
            "not documented",
            operations=("PutSellingSystemSettings",),
        ),
        Difference(
            "account.tags",
            "Tags",
            "At most 200 in a call; Start…Task takes some.",
            "",
            "At most 200 on a resource. Those of a Start…Task go on the opportunity that it makes, "
            "or on the job of StartEngagementFromOpportunityTask. Removing a key that is not there "
            "succeeds. Tags come sorted by key; the catalog comes from the ARN.",
            "not documented",
            operations=("TagResource", "UntagResource", "ListTagsForResource"),
        ),
        Difference(
            "account.tags-of-aws",
            "A tag's key that begins with `aws:`",
            "The pattern allows it; elsewhere at AWS such keys are reserved.",
            "",
            "Taken like any other.",
            "not documented",
            operations=("CreateOpportunity", "TagResource"),
        ),
    ),
)
