"""How many megabytes of JSON a second lines_handler takes alone: the bytes of an event, objects that go nowhere.

Usage: alone.py EVENT
"""

import io
import json
import os
import sys
import time
from contextlib import redirect_stdout

os.environ.update(BUCKET="bench", PIPELINE='{"name":"bench"}', AWS_DEFAULT_REGION="us-east-1")

import lines_handler

SECONDS = 1.0


class Nowhere:
    def put_object(self, **_):
        return {}


lines_handler.s3 = Nowhere()
with open(sys.argv[1], "rb") as file:
    event = file.read()
rounds, began = 0, time.perf_counter()
with redirect_stdout(io.StringIO()):
    while time.perf_counter() - began < SECONDS:
        lines_handler.handler(json.loads(event), None)
        rounds += 1
took = time.perf_counter() - began
print(json.dumps({"events_per_s": rounds / took}))
