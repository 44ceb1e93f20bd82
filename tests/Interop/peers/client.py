# One interoperability case by the grpcio client: python3 client.py <port> <case>. Exit code 0 when it holds.
import os
import queue
import sys
from concurrent import futures

import grpc

from contract import HOLD, INITIAL, SERVICE, TRAILING, UNIMPLEMENTED_SERVICE, messages, payload
from reflected import Reflected

LIMIT = 20
ECHOED = [(INITIAL, "test_initial_metadata_value"), (TRAILING, b"\xab\xab\xab")]


def bind(channel):
    def method(make, name, response, service=SERVICE):
        return make(f"/{service}/{name}", lambda request: request.SerializeToString(), response.FromString)

    class Client:
        empty = method(channel.unary_unary, "EmptyCall", messages.Empty)
        unary = method(channel.unary_unary, "UnaryCall", messages.SimpleResponse)
        collect = method(channel.stream_unary, "StreamingInputCall", messages.StreamingInputCallResponse)
        spread = method(channel.unary_stream, "StreamingOutputCall", messages.StreamingOutputCallResponse)
        talk = method(channel.stream_stream, "FullDuplexCall", messages.StreamingOutputCallResponse)
        listen_then_talk = method(channel.stream_stream, "HalfDuplexCall", messages.StreamingOutputCallResponse)
        unimplemented = method(channel.unary_unary, "UnimplementedCall", messages.Empty)
        no_service = method(channel.unary_unary, "UnimplementedCall", messages.Empty, UNIMPLEMENTED_SERVICE)

    return Client


class Requests:
    """The requests of a stream, each sent when it is put, until the end is put."""

    def __init__(self):
        self.waiting = queue.Queue()

    def put(self, request):
        self.waiting.put(request)

    def end(self):
        self.waiting.put(None)

    def __iter__(self):
        return iter(self.waiting.get, None)


def output_request(*sizes, up=None, compressed=None):
    flags = compressed or [False] * len(sizes)
    return messages.StreamingOutputCallRequest(
        payload=payload(up) if up is not None else None,
        response_parameters=[
            messages.ResponseParameters(size=size, compressed=messages.BoolValue(value=flag)) for size, flag in zip(sizes, flags)
        ])


def check(actual, expected):
    if actual != expected:
        raise AssertionError(f"{actual!r} instead of {expected!r}")


def sizes_of(responses):
    return [len(response.payload.body) for response in responses]


def check_fails(code, call, *arguments, **options):
    try:
        result = call(*arguments, **options)
        list(result) if hasattr(result, "__next__") else result
    except grpc.RpcError as failure:
        check(failure.code(), code)
        return failure
    raise AssertionError(f"no failure, but {code} expected")


def empty_unary(client):
    check(client.empty(messages.Empty(), timeout=LIMIT), messages.Empty())


def large_unary(client):
    response = client.unary(messages.SimpleRequest(response_size=314159, payload=payload(271828)), timeout=LIMIT)
    check(len(response.payload.body), 314159)


def concurrent_large_unary(client):
    with futures.ThreadPoolExecutor(50) as threads:
        list(threads.map(lambda _: large_unary(client), range(300)))


def client_streaming(client):
    requests = [messages.StreamingInputCallRequest(payload=payload(size)) for size in (27182, 8, 1828, 45904)]
    check(client.collect(iter(requests), timeout=LIMIT).aggregated_payload_size, 74922)


def server_streaming(client):
    sizes = [31415, 9, 2653, 58979]
    check(sizes_of(client.spread(output_request(*sizes), timeout=LIMIT)), sizes)


def ping_pong(client):
    requests = Requests()
    call = client.talk(iter(requests), timeout=LIMIT)
    for down, up in ((31415, 27182), (9, 8), (2653, 1828), (58979, 45904)):
        requests.put(output_request(down, up=up))
        check(len(next(call).payload.body), down)
    requests.end()
    check(list(call), [])
    check(call.code(), grpc.StatusCode.OK)


def half_duplex(client):
    requests = [output_request(size, up=1) for size in (31415, 9, 2653)]
    check(sizes_of(client.listen_then_talk(iter(requests), timeout=LIMIT)), [31415, 9, 2653])


def empty_stream(client):
    call = client.talk(iter([]), timeout=LIMIT)
    check(list(call), [])
    check(call.code(), grpc.StatusCode.OK)


def custom_metadata(client):
    def check_echoed(call):
        check([value for key, value in call.initial_metadata() if key == INITIAL], ["test_initial_metadata_value"])
        check([value for key, value in call.trailing_metadata() if key == TRAILING], [b"\xab\xab\xab"])

    request = messages.SimpleRequest(response_size=314159, payload=payload(271828))
    check_echoed(client.unary.with_call(request, metadata=ECHOED, timeout=LIMIT)[1])
    duplex = client.talk(iter([output_request(314159, up=271828)]), metadata=ECHOED, timeout=LIMIT)
    check(sizes_of(duplex), [314159])
    check_echoed(duplex)


def status_echoed(client, message):
    wanted = messages.EchoStatus(code=2, message=message)
    single = check_fails(
        grpc.StatusCode.UNKNOWN, client.unary, messages.SimpleRequest(response_status=wanted), timeout=LIMIT)
    check(single.details(), message)
    duplex = check_fails(
        grpc.StatusCode.UNKNOWN, client.talk, iter([messages.StreamingOutputCallRequest(response_status=wanted)]), timeout=LIMIT)
    check(duplex.details(), message)


def status_code_and_message(client):
    status_echoed(client, "test status message")


def special_status_message(client):
    status_echoed(client, "\t\ntest with whitespace\r\nand Unicode BMP \u263a and non-BMP \U0001f608\t\n")


def unimplemented_method(client):
    check_fails(grpc.StatusCode.UNIMPLEMENTED, client.unimplemented, messages.Empty(), timeout=LIMIT)


def unimplemented_service(client):
    check_fails(grpc.StatusCode.UNIMPLEMENTED, client.no_service, messages.Empty(), timeout=LIMIT)


def cancel_after_begin(client):
    requests = Requests()
    call = client.collect.future(iter(requests), timeout=LIMIT)
    call.cancel()
    requests.end()
    check(call.code(), grpc.StatusCode.CANCELLED)


def cancel_after_first_response(client):
    requests = Requests()
    call = client.talk(iter(requests), timeout=LIMIT)
    requests.put(output_request(31415, up=27182))
    check(len(next(call).payload.body), 31415)
    call.cancel()
    requests.end()
    check_fails(grpc.StatusCode.CANCELLED, lambda: call)


def timeout_on_sleeping_server(client):
    requests = Requests()
    requests.put(messages.StreamingOutputCallRequest(payload=payload(27182)))
    call = client.talk(iter(requests), timeout=0.001)
    check_fails(grpc.StatusCode.DEADLINE_EXCEEDED, lambda: call)
    requests.end()


def client_compressed_unary(client):
    def request(is_compressed):
        return messages.SimpleRequest(
            expect_compressed=messages.BoolValue(value=is_compressed), response_size=314159, payload=payload(271828))

    check_fails(grpc.StatusCode.INVALID_ARGUMENT, client.unary, request(True), timeout=LIMIT)
    compressed = client.unary(request(True), timeout=LIMIT, compression=grpc.Compression.Gzip)
    check(len(compressed.payload.body), 314159)
    check(len(client.unary(request(False), timeout=LIMIT).payload.body), 314159)


def client_compressed_streaming(client):
    def request(body, is_compressed):
        return messages.StreamingInputCallRequest(
            expect_compressed=messages.BoolValue(value=is_compressed), payload=messages.Payload(body=body))

    probe = iter([request(bytes(27182), True)])
    check_fails(grpc.StatusCode.INVALID_ARGUMENT, client.collect, probe, timeout=LIMIT)

    # grpcio compresses a stream or does not; but what does not shrink it sends as it is.
    mixed = iter([request(bytes(27182), True), request(os.urandom(45904), False)])
    response = client.collect(mixed, timeout=LIMIT, compression=grpc.Compression.Gzip)
    check(response.aggregated_payload_size, 73086)


def server_compressed_unary(client):
    for is_compressed in (True, False):
        request = messages.SimpleRequest(
            response_compressed=messages.BoolValue(value=is_compressed), response_size=314159, payload=payload(271828))
        check(len(client.unary(request, timeout=LIMIT).payload.body), 314159)


def server_compressed_streaming(client):
    call = client.spread(output_request(31415, 92653, compressed=[True, False]), timeout=LIMIT)
    check(sizes_of(call), [31415, 92653])


# No cases of the public description: each stays in one state of a call until it is killed.


def stay_in_unary(client):
    client.unary(messages.SimpleRequest(), metadata=[(HOLD, "1")])


def stay_in_client_stream(client):
    requests = Requests()
    requests.put(messages.StreamingInputCallRequest(payload=payload(27182)))
    client.collect(iter(requests))


def stay_in_server_stream(client):
    request = output_request(1, 1)
    request.response_parameters[1].interval_us = 60_000_000
    list(client.spread(request))


def stay_in_duplex(client):
    requests = Requests()
    requests.put(output_request(1))
    list(client.talk(iter(requests)))


def stay_half_closed(client):
    request = output_request(1)
    request.response_parameters[0].interval_us = 60_000_000
    list(client.talk(iter([request])))


def reflected_calls(client):
    """Knows nothing of the contract beforehand, as generic tools do: reads it from the server, then makes a call of it."""
    contract = Reflected(channel)
    check({SERVICE, "grpc.health.v1.Health"} <= set(contract.services()), True)
    response = contract.call(SERVICE, "UnaryCall", response_size=10)
    check(len(response.payload.body), 10)
    health = contract.call("grpc.health.v1.Health", "Check")
    check(health.DESCRIPTOR.fields_by_name["status"].enum_type.values_by_number[health.status].name, "SERVING")


port, name = sys.argv[1:]
with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
    globals()[name](bind(channel))
print("ok")
