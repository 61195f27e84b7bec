"""Where rules and differences come from, by the names that a reader can look up.

Must not hold a rule.
"""

from typing import Final

GUIDE: Final = "developer guide"
REFERENCE: Final = "API reference"
# Files of AWS's own repository of samples: its request collection with what was answered, its
# programs, and its list of fields.
RECORDED: Final = "recorded traffic: aws-samples/partner-crm-integration-samples"
SAMPLES: Final = "sample programs: aws-samples/partner-crm-integration-samples"
FIELD_LIST: Final = (
    "field list of the older channel: Opportunity-Fields.csv of"
    " aws-samples/partner-crm-integration-samples"
)
POSTAL_LIST: Final = (
    "list of the older channel: PostalCodeValidations.csv of"
    " aws-samples/partner-crm-integration-samples"
)
# What others found.
INTEGRATION: Final = "Sandbox findings: pandora-cloud/govwin-hubspot-integration"
CONNECTOR: Final = "Sandbox findings of a public HubSpot connector"
MESSAGES: Final = "messages of the older channel: ACE Integration Messages, support.workspan.com"

# Pages of the developer guide that several rows come from.
ASSOCIATING: Final = f"{GUIDE}: Associating, disassociating and assigning opportunities"
EVENTS: Final = f"{GUIDE}: Selling API events"
LEADS: Final = f"{GUIDE}: Working with your leads"
PARTNERS: Final = f"{GUIDE}: Working with multipartner opportunities"
SANDBOX: Final = f"{GUIDE}: Testing in a sandbox"
SIZING: Final = f"{GUIDE}: Working with deal sizing insights"
UPDATES: Final = f"{GUIDE}: Working with opportunity updates"
