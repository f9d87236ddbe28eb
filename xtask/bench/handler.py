"""What process-stream does for the pipeline kdg-archive, as a Python Lambda is usually written.

One object a record under kinesis/<sequenceNumber>.json, create-only, with the record's identity.
"""

import base64
import json
import os

import boto3
from botocore.exceptions import ClientError

s3 = boto3.client("s3")
bucket = os.environ["BUCKET"]
pipeline = json.loads(os.environ["PIPELINE"])["name"]


def handler(event, context):
    for record in event["Records"]:
        kinesis = record["kinesis"]
        payload = base64.b64decode(kinesis["data"])
        json.loads(payload)
        try:
            s3.put_object(
                Bucket=bucket,
                Key=f"kinesis/{kinesis['sequenceNumber']}.json",
                Body=payload,
                ContentType="application/json",
                IfNoneMatch="*",
                Metadata={"sluice-record": record["eventID"]},
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise
    # The metric that the account of a demo asks of every function.
    print(json.dumps({"Pipeline": pipeline, "stored": len(event["Records"])}), flush=True)
    return {"batchItemFailures": []}
