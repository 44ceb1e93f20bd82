# The test service by grpcio. Binds a free port of the loopback, prints it, and runs until it is ended.
import threading
import time
from concurrent import futures

import grpc

from contract import HOLD, INITIAL, SERVICE, TRAILING, messages, payload

# One per stream that is open at once; calls beyond them wait.
WORKERS = 32
CODES = {code.value[0]: code for code in grpc.StatusCode}


def echo(context, is_compressed=False):
    """Sends the echoed header and sets the echoed trailer."""
    metadata = context.invocation_metadata()
    context.set_trailing_metadata([item for item in metadata if item.key == TRAILING])
    if is_compressed:
        context.set_compression(grpc.Compression.Gzip)
    headers = [item for item in metadata if item.key == INITIAL]
    if headers or is_compressed:
        context.send_initial_metadata(headers)


def abort_when_wanted(request, context):
    if request.response_status.code:
        context.abort(CODES[request.response_status.code], request.response_status.message)


def respond(request, context):
    abort_when_wanted(request, context)
    for parameters in request.response_parameters:
        time.sleep(parameters.interval_us / 1e6)
        if not parameters.compressed.value:
            context.disable_next_message_compression()
        yield messages.StreamingOutputCallResponse(payload=payload(parameters.size))


def empty_call(request, context):
    echo(context)
    return messages.Empty()


def unary_call(request, context):
    if any(item.key == HOLD for item in context.invocation_metadata()):
        threading.Event().wait()
    echo(context, request.response_compressed.value)
    abort_when_wanted(request, context)
    return messages.SimpleResponse(payload=payload(request.response_size))


def streaming_input_call(requests, context):
    echo(context)
    return messages.StreamingInputCallResponse(
        aggregated_payload_size=sum(len(request.payload.body) for request in requests))


def streaming_output_call(request, context):
    echo(context, any(parameters.compressed.value for parameters in request.response_parameters))
    yield from respond(request, context)


def full_duplex_call(requests, context):
    echo(context)
    for request in requests:
        yield from respond(request, context)


def half_duplex_call(requests, context):
    echo(context)
    for request in list(requests):
        yield from respond(request, context)


def handler(make, behaviour, request):
    return make(behaviour, request_deserializer=request.FromString, response_serializer=lambda m: m.SerializeToString())


unary, collect = grpc.unary_unary_rpc_method_handler, grpc.stream_unary_rpc_method_handler
spread, talk = grpc.unary_stream_rpc_method_handler, grpc.stream_stream_rpc_method_handler
handlers = {
    "EmptyCall": handler(unary, empty_call, messages.Empty),
    "UnaryCall": handler(unary, unary_call, messages.SimpleRequest),
    "StreamingInputCall": handler(collect, streaming_input_call, messages.StreamingInputCallRequest),
    "StreamingOutputCall": handler(spread, streaming_output_call, messages.StreamingOutputCallRequest),
    "FullDuplexCall": handler(talk, full_duplex_call, messages.StreamingOutputCallRequest),
    "HalfDuplexCall": handler(talk, half_duplex_call, messages.StreamingOutputCallRequest),
}

server = grpc.server(futures.ThreadPoolExecutor(WORKERS))
server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(SERVICE, handlers)])
port = server.add_insecure_port("127.0.0.1:0")
server.start()
print(f"PORT {port}", flush=True)
server.wait_for_termination()
