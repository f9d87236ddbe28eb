"""What a user does with boto3 against the stack: streams, records, objects, keys for a sign-in.

Reads AWS_ENDPOINT_URL and the usual credentials from the environment, and ID_TOKEN, what somebody
who signed in was given; fails at the first answer that is not AWS's.
"""

import json
import os
import time
import unittest

import boto3
from botocore.exceptions import ClientError

kinesis = boto3.client("kinesis")
s3 = boto3.client("s3")


def wait_until_active(stream):
    kinesis.get_waiter("stream_exists").wait(
        StreamName=stream, WaiterConfig={"Delay": 1, "MaxAttempts": 30}
    )


def read_all(stream, wanted):
    records = []
    for shard in kinesis.list_shards(StreamName=stream)["Shards"]:
        iterator = kinesis.get_shard_iterator(
            StreamName=stream, ShardId=shard["ShardId"], ShardIteratorType="TRIM_HORIZON"
        )["ShardIterator"]
        while iterator and len(records) < wanted:
            answer = kinesis.get_records(ShardIterator=iterator)
            records += answer["Records"]
            iterator = answer.get("NextShardIterator") if answer["Records"] else None
    return records


class Kinesis(unittest.TestCase):
    def test_records_are_read_back_as_they_were_put(self):
        kinesis.create_stream(StreamName="boto3-stream", ShardCount=2)
        wait_until_active("boto3-stream")
        sent = [bytes([n]) * (n + 1) for n in range(50)]
        answer = kinesis.put_records(
            StreamName="boto3-stream",
            Records=[{"Data": data, "PartitionKey": f"kéy-{n}"} for n, data in enumerate(sent)],
        )
        self.assertEqual(answer["FailedRecordCount"], 0)
        read = read_all("boto3-stream", len(sent))
        self.assertEqual(sorted(sent), sorted(record["Data"] for record in read))

    def test_a_missing_stream_is_named(self):
        with self.assertRaises(kinesis.exceptions.ResourceNotFoundException) as caught:
            kinesis.describe_stream_summary(StreamName="nowhere")
        self.assertIn("Stream nowhere under account 000000000000 not found.", str(caught.exception))

    def test_a_wrong_secret_does_not_sign_in(self):
        intruder = boto3.client("kinesis", aws_access_key_id="test", aws_secret_access_key="wrong")
        with self.assertRaises(ClientError) as caught:
            intruder.list_streams()
        self.assertEqual(caught.exception.response["Error"]["Code"], "InvalidSignatureException")


class S3(unittest.TestCase):
    def test_an_object_is_read_back_as_it_was_put(self):
        s3.create_bucket(Bucket="boto3-bucket")
        s3.put_object(
            Bucket="boto3-bucket", Key="a b/ü+.json", Body=b"{}", ContentType="application/json",
            Metadata={"origin": "boto3"},
        )
        answer = s3.get_object(Bucket="boto3-bucket", Key="a b/ü+.json")
        self.assertEqual(answer["Body"].read(), b"{}")
        self.assertEqual(answer["ContentType"], "application/json")
        self.assertEqual(answer["Metadata"], {"origin": "boto3"})
        listed = s3.list_objects_v2(Bucket="boto3-bucket")["Contents"]
        self.assertEqual([found["Key"] for found in listed], ["a b/ü+.json"])

    def test_a_wrong_secret_does_not_sign_in(self):
        intruder = boto3.client("s3", aws_access_key_id="test", aws_secret_access_key="wrong")
        with self.assertRaises(ClientError) as caught:
            intruder.list_buckets()
        self.assertEqual(caught.exception.response["Error"]["Code"], "SignatureDoesNotMatch")


class Firehose(unittest.TestCase):
    firehose = boto3.client("firehose")

    def test_records_arrive_in_an_object_one_after_the_other(self):
        self.assertIn("clicks", self.firehose.list_delivery_streams()["DeliveryStreamNames"])
        described = self.firehose.describe_delivery_stream(DeliveryStreamName="clicks")
        described = described["DeliveryStreamDescription"]
        self.assertEqual(described["DeliveryStreamStatus"], "ACTIVE")
        self.firehose.put_record(DeliveryStreamName="clicks", Record={"Data": b"first\n"})
        answer = self.firehose.put_record_batch(
            DeliveryStreamName="clicks", Records=[{"Data": bytes([n])} for n in range(200)]
        )
        self.assertEqual(answer["FailedPutCount"], 0)
        expected = b"first\n" + bytes(range(200))
        deadline = time.monotonic() + 30
        stored = b""
        while len(stored) < len(expected) and time.monotonic() < deadline:
            time.sleep(0.1)
            found = s3.list_objects_v2(Bucket="clicks-bucket").get("Contents", [])
            keys = [one["Key"] for one in found]
            bodies = [s3.get_object(Bucket="clicks-bucket", Key=key)["Body"] for key in keys]
            stored = b"".join(body.read() for body in bodies)
        self.assertEqual(stored, expected)
        name = r"^\d{4}/\d\d/\d\d/\d\d/clicks-1-\d{4}(-\d\d){5}-[0-9a-f-]{36}$"
        self.assertRegex(keys[0], name)

    def test_a_batch_that_is_too_long_is_refused(self):
        with self.assertRaises(ClientError) as caught:
            self.firehose.put_record_batch(
                DeliveryStreamName="clicks", Records=[{"Data": b"x"}] * 501
            )
        self.assertEqual(caught.exception.response["Error"]["Code"], "ValidationException")


class Identity(unittest.TestCase):
    POOL = "us-east-1:00000000-0000-4000-8000-000000000000"
    PROVIDER = "cognito-idp.us-east-1.amazonaws.com/us-east-1_sluice000"
    identity = boto3.client("cognito-identity")

    def test_whoever_signed_in_gets_keys_that_every_service_takes(self):
        logins = {self.PROVIDER: os.environ["ID_TOKEN"]}
        one = self.identity.get_id(IdentityPoolId=self.POOL, Logins=logins)["IdentityId"]
        self.assertEqual(
            one, self.identity.get_id(IdentityPoolId=self.POOL, Logins=logins)["IdentityId"]
        )
        keys = self.identity.get_credentials_for_identity(IdentityId=one, Logins=logins)
        keys = keys["Credentials"]
        lasts = keys["Expiration"].timestamp() - time.time()
        self.assertTrue(3500 < lasts <= 3600, lasts)
        session = boto3.Session(keys["AccessKeyId"], keys["SecretKey"], keys["SessionToken"])
        answer = session.client("kinesis").put_records(
            StreamName="kdg-archive-stream", Records=[{"Data": b"{}", "PartitionKey": "a"}]
        )
        self.assertEqual(answer["FailedRecordCount"], 0)
        self.assertIn("clicks", session.client("firehose").list_delivery_streams()["DeliveryStreamNames"])
        self.assertIn("clicks-bucket", str(session.client("s3").list_buckets()["Buckets"]))

    def test_guests_and_foreign_tokens_are_refused(self):
        head, _, signature = os.environ["ID_TOKEN"].split(".")
        for logins in [
            {},
            {self.PROVIDER: "foreign"},
            {self.PROVIDER: f"{head}.e30.{signature}"},
            {"accounts.google.com": os.environ["ID_TOKEN"]},
        ]:
            with self.assertRaises(self.identity.exceptions.NotAuthorizedException):
                self.identity.get_id(IdentityPoolId=self.POOL, Logins=logins)


class Pipeline(unittest.TestCase):
    def test_a_record_that_anyone_puts_reaches_the_bucket(self):
        event = {"user_id": "user_9", "event": "click", "timestamp": 1700000000}
        kinesis.put_record(
            StreamName="user-activity-stream", Data=json.dumps(event), PartitionKey="user_9"
        )
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            found = s3.list_objects_v2(Bucket="user-activity-logs", Prefix="user_9_")
            if found["KeyCount"]:
                break
            time.sleep(0.1)
        stored = s3.get_object(Bucket="user-activity-logs", Key="user_9_1700000000.json")
        self.assertEqual(json.load(stored["Body"]), event)


if __name__ == "__main__":
    unittest.main(verbosity=2)
