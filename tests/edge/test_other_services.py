"""Calls for services that are not here: people set AWS_ENDPOINT_URL for all of them.

Each is told which service was meant and what to set instead, in words that its SDK can read.
"""

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.harness import ACCOUNT, Server, World, client, send

REMEDY = "AWS_ENDPOINT_URL_PARTNERCENTRAL_SELLING"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

# boto3's service, a method, its members, the name that the service signs with.
CALLS: tuple[tuple[str, str, dict[str, Any], str], ...] = (
    ("s3", "list_buckets", {}, "s3"),
    ("s3", "list_objects_v2", {"Bucket": "example"}, "s3"),
    ("s3", "put_object", {"Bucket": "example", "Key": "a/b", "Body": b"text"}, "s3"),
    ("s3", "delete_object", {"Bucket": "example", "Key": "a"}, "s3"),
    ("ec2", "describe_instances", {}, "ec2"),
    ("iam", "list_roles", {}, "iam"),
    ("sns", "publish", {"TopicArn": "arn:aws:sns:us-east-1:1:t", "Message": "m"}, "sns"),
    ("route53", "list_hosted_zones", {}, "route53"),
    ("cloudwatch", "list_metrics", {}, "monitoring"),
    ("sqs", "send_message", {"QueueUrl": "http://localhost/1/q", "MessageBody": "m"}, "sqs"),
    ("dynamodb", "list_tables", {}, "dynamodb"),
    ("events", "list_rules", {}, "events"),
    ("logs", "filter_log_events", {"logGroupName": "g"}, "logs"),
    ("secretsmanager", "list_secrets", {}, "secretsmanager"),
    ("lambda", "invoke", {"FunctionName": "f"}, "lambda"),
    ("lambda", "list_functions", {}, "lambda"),
    (
        "marketplace-catalog",
        "list_entities",
        {"Catalog": "AWSMarketplace", "EntityType": "Offer"},
        "aws-marketplace",
    ),
    ("partnercentral-account", "list_partners", {"Catalog": "AWS"}, "partnercentral-account"),
)


@pytest.mark.parametrize(("service", "method", "members", "name"), CALLS)
def test_a_call_for_another_service_is_taught(
    server: Server, service: str, method: str, members: dict[str, Any], name: str
) -> None:
    with pytest.raises(ClientError) as caught:
        getattr(client(server.url, ACCOUNT, service), method)(**members)
    response = caught.value.response
    assert response["ResponseMetadata"]["HTTPStatusCode"] == 501
    assert f"the AWS service '{name}'" in response["Error"]["Message"]
    assert REMEDY in response["Error"]["Message"]


def test_a_signed_form_is_answered_in_xml(server: Server) -> None:
    scope = "AKIAEXAMPLE/20261123/us-east-1/sqs/aws4_request"
    signed = f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
    body = b"Action=SendMessage&MessageBody=m&Version=2012-11-05"
    reply = send(server.url, "POST", "/", body, {**FORM, "Authorization": signed})
    assert (reply.status, reply.headers["content-type"]) == (501, "text/xml")
    assert b"<Code>NotImplemented</Code>" in reply.body
    assert b"the AWS service 'sqs'" in reply.body


def test_an_unsigned_form_tells_its_service_by_its_version(server: Server) -> None:
    body = b"Action=DescribeInstances&Version=2016-11-15"
    reply = send(server.url, "POST", "/", body, FORM)
    assert (reply.status, reply.headers["content-type"]) == (501, "text/xml")
    assert b"an AWS service of version 2016-11-15" in reply.body
    assert REMEDY.encode() in reply.body


def test_an_unsigned_target_tells_its_service(server: Server) -> None:
    for prefix, version in (("AmazonSQS", "1.0"), ("AWSEvents", "1.1"), ("a.b", "1.1")):
        headers = {
            "Content-Type": f"application/x-amz-json-{version}",
            "X-Amz-Target": f"{prefix}.ListThings",
        }
        reply = send(server.url, "POST", "/", b"{}", headers)
        assert (reply.status, reply.document["__type"]) == (501, "NotImplemented")
        assert f"the AWS service '{prefix}'" in reply.document["Message"]


@pytest.mark.parametrize("path", ["/2015-03-31/functions", "/bucket/key", "/a/b/c", "//", "/%ff"])
def test_an_unsigned_path_that_leads_nowhere_is_unknown(server: Server, path: str) -> None:
    reply = send(server.url, "POST", path, b"{}")
    assert (reply.status, reply.document["__type"]) == (400, "UnknownOperationException")


def test_an_unknown_action_of_the_token_service_is_told_in_its_words(world: World) -> None:
    with pytest.raises(ClientError) as caught:
        world.client(service="sts").get_session_token()
    error = caught.value.response["Error"]
    assert error["Code"] == "InvalidAction"
    assert error["Message"] == "Could not find operation GetSessionToken for version 2011-06-15"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"Action",
        b"\xff\xfe=1",
        b"Action=%ff",
        b"Action=AssumeRole&RoleArn.a=1&RoleArn=2",
        b"Action=AssumeRole&" + b"&".join(b"a%d=1" % n for n in range(2000)),
        b"Action=AssumeRole&" + b"a." * 100 + b"a=1",
        b"Action=GetCallerIdentity&Action=AssumeRole",
        b"Action=AssumeRole&Tags.member.99999999=1",
        b"Action=GetCallerIdentity&Padding=" + b"x" * 65_536,
        b"Action=AssumeRole&RoleArn=%00&RoleSessionName=%ED%A0%80",
    ],
)
def test_a_bad_form_is_a_client_error_in_xml(server: Server, body: bytes) -> None:
    reply = send(server.url, "POST", "/", body, FORM)
    assert (reply.status, reply.headers["content-type"]) == (400, "text/xml")
    assert b"<Type>Sender</Type>" in reply.body
