"""A client with a session of a role, as code under test makes one that assumes it."""

from typing import Any

import boto3


def assumed(account: str) -> tuple[Any, dict[str, Any]]:
    """A client of the account's, and the credentials that it has."""
    role = f"arn:aws:iam::{account}:role/crm"
    given = boto3.client("sts").assume_role(RoleArn=role, RoleSessionName="sync")["Credentials"]
    client = boto3.client(
        "partnercentral-selling",
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )
    return client, given
