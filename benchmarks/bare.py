"""What a careful engineer would write with boto3 alone: a client made at import, one Converse call, the text decoded.

The same request as the route function sends, stop sequence included; nothing is checked, counted or logged.
"""

import json
import os
from typing import Any

import boto3

_PROMPT = (
    "Weigh the indexes of a video search for the query. "
    "Reply with JSON only: visual, audio, transcription, metadata, reasoning."
)
_runtime: Any = boto3.client("bedrock-runtime")


def handler(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """An API Gateway event in, a proxy result out."""
    answer = _runtime.converse(
        modelId=os.environ["DEPLOYMENT_ARN"],
        system=[{"text": _PROMPT}],
        messages=[{"role": "user", "content": [{"text": json.loads(event["body"])["query"]}]}],
        inferenceConfig={"maxTokens": 80, "temperature": 0.0, "stopSequences": ['"reasoning"']},
    )
    text = answer["output"]["message"]["content"][0]["text"]
    weights = json.loads(text.rstrip().rstrip(",") + "}")
    return {"statusCode": 200, "headers": {"Content-Type": "application/json"}, "body": json.dumps(weights)}
