# The contract, its messages made by protoc from the same file that the C# side is generated from.
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "generated"))

import test_pb2 as messages  # noqa: E402

INITIAL = "x-grpc-test-echo-initial"
TRAILING = "x-grpc-test-echo-trailing-bin"
# No part of the public description: a call with this header is not answered.
HOLD = "x-interop-hold"
SERVICE = "grpc.testing.TestService"
UNIMPLEMENTED_SERVICE = "grpc.testing.UnimplementedService"


def payload(size):
    return messages.Payload(body=bytes(size))
