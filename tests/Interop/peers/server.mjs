// The test service by grpc-js. Binds a free port of the loopback, prints it, and runs until it is ended.
import { setTimeout as sleep } from 'node:timers/promises';
import { grpc, testing, HOLD, INITIAL, TRAILING } from './contract.mjs';

function payload(size) {
  return { type: 'COMPRESSABLE', body: Buffer.alloc(size) };
}

/** Sends the echoed header and returns the echoed trailer. */
function echo(call) {
  const headers = new grpc.Metadata();
  call.metadata.get(INITIAL).forEach((value) => headers.add(INITIAL, value));
  if (Object.keys(headers.getMap()).length > 0) {
    call.sendMetadata(headers);
  }

  const trailers = new grpc.Metadata();
  call.metadata.get(TRAILING).forEach((value) => trailers.add(TRAILING, value));
  return trailers;
}

/** The requests of a stream; unlike plain iteration this leaves the stream open for the responses. */
function requestsOf(call) {
  return call.iterator({ destroyOnReturn: false });
}

/** A handler of a stream that ends quietly when its caller has cancelled; any other failure ends the peer. */
function cancellable(handler) {
  return (call) => handler(call).catch((failure) => {
    if (!call.cancelled) {
      throw failure;
    }
  });
}

function statusOf(request) {
  const wanted = request.response_status;
  return wanted && wanted.code !== 0 ? { code: wanted.code, details: wanted.message } : null;
}

async function respond(call, request) {
  for (const parameters of request.response_parameters) {
    if (parameters.interval_us > 0) {
      await sleep(parameters.interval_us / 1000);
    }

    call.write({ payload: payload(parameters.size) });
  }
}

const handlers = {
  EmptyCall(call, callback) {
    callback(null, {}, echo(call));
  },

  UnaryCall(call, callback) {
    if (call.metadata.get(HOLD).length > 0) {
      return;
    }

    const trailers = echo(call);
    const status = statusOf(call.request);
    if (status) {
      callback({ ...status, metadata: trailers });
    } else {
      callback(null, { payload: payload(call.request.response_size) }, trailers);
    }
  },

  StreamingInputCall(call, callback) {
    const trailers = echo(call);
    let size = 0;
    call.on('data', (request) => {
      size += request.payload.body.length;
    });
    call.on('end', () => callback(null, { aggregated_payload_size: size }, trailers));
  },

  StreamingOutputCall: cancellable(async (call) => {
    const trailers = echo(call);
    const status = statusOf(call.request);
    if (status) {
      call.emit('error', { ...status, metadata: trailers });
      return;
    }

    await respond(call, call.request);
    call.end(trailers);
  }),

  FullDuplexCall: cancellable(async (call) => {
    const trailers = echo(call);
    for await (const request of requestsOf(call)) {
      const status = statusOf(request);
      if (status) {
        call.emit('error', { ...status, metadata: trailers });
        return;
      }

      await respond(call, request);
    }

    call.end(trailers);
  }),

  HalfDuplexCall: cancellable(async (call) => {
    const trailers = echo(call);
    const requests = [];
    for await (const request of requestsOf(call)) {
      requests.push(request);
    }

    for (const request of requests) {
      await respond(call, request);
    }

    call.end(trailers);
  }),
};

const server = new grpc.Server();
server.addService(testing.TestService.service, handlers);
server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (failure, port) => {
  if (failure) {
    throw failure;
  }

  console.log(`PORT ${port}`);
});
