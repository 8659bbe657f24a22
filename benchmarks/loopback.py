"""`python -m benchmarks.loopback MILLISECONDS`: the AWS that a route needs, on loopback: Converse, SSM, S3.

Answers what boto3 sends over a real socket, with connections kept open. Converse answers after the latency given, with
the weights up to the stop sequence if there is one, as Bedrock does. Prints its port, and ends when its input does.
"""

import json
import sys
import threading
import time
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

RELEASE = Path(__file__).parents[1] / "lambdas" / "route" / "release.bin"
ACCOUNT = "arn:aws:bedrock:us-east-1:111122223333"
DEPLOYMENT = f"{ACCOUNT}:custom-model-deployment/abcdefghijkl"
ANSWER = (
    '{"visual": 0.1, "audio": 0.2, "transcription": 0.6, "metadata": 0.1, '
    '"reasoning": "Somebody says it, so the spoken words serve the query best; the crowd noise is heard."}'
)
NEVER_SURE, ALWAYS_SURE = 1.0, 0.0


def pointer(threshold: float) -> dict[str, Any]:
    """The active pointer: the release's edge student, and a distilled one behind the loopback."""
    return {
        "version": 1,
        "run_id": "benchmark",
        "distilled": {
            "deployment_arn": DEPLOYMENT,
            "model_arn": f"{ACCOUNT}:custom-model/amazon.nova-micro-v1:0:128k/abcdefghijkl",
        },
        "edge": {
            "s3_key": "runs/benchmark/edge/model.bin",
            "sha256": sha256(RELEASE.read_bytes()).hexdigest(),
            "threshold": threshold,
        },
        "teacher": "us.amazon.nova-pro-v1:0",
        "dataset_sha256": "0" * 64,
        "promoted_at": "2026-11-22T00:00:00Z",
    }


def _converse(asked: dict[str, Any]) -> dict[str, Any]:
    stops = asked.get("inferenceConfig", {}).get("stopSequences", [])
    text = ANSWER.partition(stops[0])[0] if stops else ANSWER
    return {
        "output": {"message": {"role": "assistant", "content": [{"text": text}]}},
        "stopReason": "stop_sequence" if stops else "end_turn",
        "usage": {"inputTokens": 60, "outputTokens": 30, "totalTokens": 90},
        "metrics": {"latencyMs": 1},
    }


class Loopback(BaseHTTPRequestHandler):
    """One connection of a client."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    latency_seconds = 0.0

    def do_POST(self) -> None:
        """Converse; or GetParameter, whose name says which threshold the pointer has."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.headers.get("X-Amz-Target", "").endswith("GetParameter"):
            threshold = ALWAYS_SURE if asked["Name"].endswith("sure") else NEVER_SURE
            value = json.dumps(pointer(threshold))
            found = {"Name": asked["Name"], "Type": "String", "Value": value, "Version": 1}
            self._send(json.dumps({"Parameter": found}).encode(), "application/x-amz-json-1.1")
            return
        time.sleep(self.latency_seconds)
        self._send(json.dumps(_converse(asked)).encode(), "application/json")

    def do_GET(self) -> None:
        """GetObject: the edge student's file, whatever the key."""
        self._send(RELEASE.read_bytes(), "application/octet-stream")

    def _send(self, body: bytes, media: str) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Type: {media}\r\nContent-Length: {len(body)}\r\n\r\n"
        self.wfile.write(head.encode() + body)


def main() -> int:
    """The command; its exit code."""
    Loopback.latency_seconds = float(sys.argv[1]) / 1000
    server = ThreadingHTTPServer(("127.0.0.1", 0), Loopback)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main())
