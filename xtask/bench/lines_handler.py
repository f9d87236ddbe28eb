"""What process-stream does for layout `batch`, as a Python Lambda is usually written.

One object of compressed lines for each hour of arrival, named after its first and last record.
"""

import base64
import gzip
import json
import os
import time

import boto3
from botocore.exceptions import ClientError

s3 = boto3.client("s3")
bucket = os.environ["BUCKET"]
pipeline = json.loads(os.environ["PIPELINE"])["name"]


def handler(event, context):
    folders = {}
    for record in event["Records"]:
        kinesis = record["kinesis"]
        payload = json.loads(base64.b64decode(kinesis["data"]))
        line = json.dumps({"_id": record["eventID"], **payload}, separators=(",", ":"))
        arrival = time.gmtime(kinesis["approximateArrivalTimestamp"])
        folder = time.strftime("lines/dt=%Y-%m-%d/hour=%H", arrival)
        folders.setdefault(folder, []).append((record, line))
    for folder, members in folders.items():
        first, last = members[0][0], members[-1][0]
        shard, start = first["eventID"].split(":")
        end = last["kinesis"]["sequenceNumber"]
        body = "".join(line + "\n" for _, line in members).encode()
        try:
            s3.put_object(
                Bucket=bucket,
                Key=f"{folder}/{shard}-{start}-{end}.ndjson.gz",
                Body=gzip.compress(body, compresslevel=1),
                ContentType="application/gzip",
                IfNoneMatch="*",
                Metadata={
                    "sluice-shard": shard,
                    "sluice-first-sequence-number": start,
                    "sluice-last-sequence-number": end,
                    "sluice-count": str(len(members)),
                    "sluice-pipeline": "lines",
                },
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "PreconditionFailed":
                raise
    # The metric that the account of a demo asks of every function.
    print(json.dumps({"Pipeline": pipeline, "stored": len(event["Records"])}), flush=True)
    return {"batchItemFailures": []}
