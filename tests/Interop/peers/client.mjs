// One interoperability case by the grpc-js client: node client.mjs <port> <case>. Exit code 0 when it holds.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { grpc, testing, HOLD, INITIAL, TRAILING } from './contract.mjs';

const [port, name] = process.argv.slice(2);
const address = `127.0.0.1:${port}`;
const client = new testing.TestService(address, grpc.credentials.createInsecure());
const limit = () => ({ deadline: Date.now() + 20_000 });

function payload(size) {
  return { type: 'COMPRESSABLE', body: Buffer.alloc(size) };
}

/** Makes a call with one response: resolves with the response and whatever else the call brought. */
function unary(method, request, metadata = new grpc.Metadata(), options = limit()) {
  return new Promise((resolve) => {
    const result = {};
    const call = method.call(client, request, metadata, options, (failure, response) => {
      Object.assign(result, { failure, response });
    });
    call.on('metadata', (headers) => {
      result.headers = headers;
    });
    call.on('status', (status) => resolve({ ...result, status }));
  });
}

/** Collects what a stream brings until its status. */
function collected(call) {
  const result = { sizes: [] };
  call.on('metadata', (headers) => {
    result.headers = headers;
  });
  call.on('data', (response) => result.sizes.push(response.payload?.body.length ?? 0));
  call.on('error', () => {});
  return new Promise((resolve) => {
    call.on('status', (status) => resolve({ ...result, status }));
  });
}

function echoMetadata() {
  const metadata = new grpc.Metadata();
  metadata.set(INITIAL, 'test_initial_metadata_value');
  metadata.set(TRAILING, Buffer.from('ababab', 'hex'));
  return metadata;
}

function assertEchoed({ headers, status }) {
  assert.deepEqual(headers.get(INITIAL), ['test_initial_metadata_value']);
  assert.deepEqual(status.metadata.get(TRAILING), [Buffer.from('ababab', 'hex')]);
}

async function assertStatusEchoed(code, message) {
  const wanted = { code, message };
  const single = await unary(client.UnaryCall, { response_status: wanted });
  assert.deepEqual([single.status.code, single.status.details], [code, message]);

  const call = client.FullDuplexCall(limit());
  const result = collected(call);
  call.write({ response_status: wanted });
  call.end();
  const { status } = await result;
  assert.deepEqual([status.code, status.details], [code, message]);
}

const cases = {
  async empty_unary() {
    const { response, status } = await unary(client.EmptyCall, {});
    assert.equal(status.code, grpc.status.OK);
    assert.deepEqual(response, {});
  },

  async large_unary() {
    const { response, status } = await unary(client.UnaryCall, { response_size: 314159, payload: payload(271828) });
    assert.equal(status.code, grpc.status.OK);
    assert.equal(response.payload.body.length, 314159);
  },

  async concurrent_large_unary() {
    await Promise.all(Array.from({ length: 300 }, () => cases.large_unary()));
  },

  async client_compressed_unary() {
    const request = (value) => ({ expect_compressed: { value }, response_size: 314159, payload: payload(271828) });
    const probe = await unary(client.UnaryCall, request(true));
    assert.equal(probe.status.code, grpc.status.INVALID_ARGUMENT);

    const compressing = new testing.TestService(address, grpc.credentials.createInsecure(), {
      'grpc.default_compression_algorithm': grpc.compressionAlgorithms.gzip,
    });
    const response = await new Promise((resolve, reject) => {
      compressing.UnaryCall(request(true), limit(), (failure, answer) => (failure ? reject(failure) : resolve(answer)));
    });
    compressing.close();
    assert.equal(response.payload.body.length, 314159);

    const plain = await unary(client.UnaryCall, request(false));
    assert.equal(plain.response.payload.body.length, 314159);
  },

  async server_compressed_unary() {
    for (const value of [true, false]) {
      const request = { response_compressed: { value }, response_size: 314159, payload: payload(271828) };
      const { response } = await unary(client.UnaryCall, request);
      assert.equal(response.payload.body.length, 314159);
    }
  },

  async server_compressed_streaming() {
    const parameters = [{ size: 31415, compressed: { value: true } }, { size: 92653, compressed: { value: false } }];
    const { status, sizes } = await collected(client.StreamingOutputCall({ response_parameters: parameters }, limit()));
    assert.equal(status.code, grpc.status.OK);
    assert.deepEqual(sizes, [31415, 92653]);
  },

  async client_streaming() {
    const result = await new Promise((resolve, reject) => {
      const call = client.StreamingInputCall(limit(), (failure, response) => (failure ? reject(failure) : resolve(response)));
      [27182, 8, 1828, 45904].forEach((size) => call.write({ payload: payload(size) }));
      call.end();
    });
    assert.equal(result.aggregated_payload_size, 74922);
  },

  async server_streaming() {
    const sizes = [31415, 9, 2653, 58979];
    const request = { response_parameters: sizes.map((size) => ({ size })) };
    const result = await collected(client.StreamingOutputCall(request, limit()));
    assert.equal(result.status.code, grpc.status.OK);
    assert.deepEqual(result.sizes, sizes);
  },

  async ping_pong() {
    const call = client.FullDuplexCall(limit());
    const ended = once(call, 'status');
    for (const [size, up] of [[31415, 27182], [9, 8], [2653, 1828], [58979, 45904]]) {
      const next = once(call, 'data');
      call.write({ response_parameters: [{ size }], payload: payload(up) });
      const [response] = await next;
      assert.equal(response.payload.body.length, size);
    }

    call.end();
    const [status] = await ended;
    assert.equal(status.code, grpc.status.OK);
  },

  async empty_stream() {
    const call = client.FullDuplexCall(limit());
    const result = collected(call);
    call.end();
    const { status, sizes } = await result;
    assert.equal(status.code, grpc.status.OK);
    assert.deepEqual(sizes, []);
  },

  async custom_metadata() {
    assertEchoed(await unary(client.UnaryCall, { response_size: 314159, payload: payload(271828) }, echoMetadata()));

    const call = client.FullDuplexCall(echoMetadata(), limit());
    const result = collected(call);
    call.write({ response_parameters: [{ size: 314159 }], payload: payload(271828) });
    call.end();
    assertEchoed(await result);
  },

  status_code_and_message: () => assertStatusEchoed(2, 'test status message'),

  special_status_message: () =>
    assertStatusEchoed(2, '\t\ntest with whitespace\r\nand Unicode BMP \u263A and non-BMP \u{1F608}\t\n'),

  async unimplemented_method() {
    const { status } = await unary(client.UnimplementedCall, {});
    assert.equal(status.code, grpc.status.UNIMPLEMENTED);
  },

  async unimplemented_service() {
    const other = new testing.UnimplementedService(address, grpc.credentials.createInsecure());
    const code = await new Promise((resolve) => {
      other.UnimplementedCall({}, limit(), (failure) => resolve(failure?.code));
    });
    other.close();
    assert.equal(code, grpc.status.UNIMPLEMENTED);
  },

  async cancel_after_begin() {
    const code = await new Promise((resolve) => {
      const call = client.StreamingInputCall(limit(), (failure) => resolve(failure?.code));
      call.cancel();
    });
    assert.equal(code, grpc.status.CANCELLED);
  },

  async cancel_after_first_response() {
    const call = client.FullDuplexCall(limit());
    const result = collected(call);
    const first = once(call, 'data');
    call.write({ response_parameters: [{ size: 31415 }], payload: payload(27182) });
    await first;
    call.cancel();
    const { status } = await result;
    assert.equal(status.code, grpc.status.CANCELLED);
  },

  /** No cases of the public description: each stays in one state of a call until it is killed. */
  async stay_in_unary() {
    const metadata = new grpc.Metadata();
    metadata.set(HOLD, '1');
    await new Promise((resolve) => {
      client.UnaryCall({}, metadata, resolve);
    });
  },

  async stay_in_client_stream() {
    const call = client.StreamingInputCall(() => {});
    call.write({ payload: payload(27182) });
    await once(call, 'status');
  },

  async stay_in_server_stream() {
    const call = client.StreamingOutputCall({ response_parameters: [{ size: 1 }, { size: 1, interval_us: 60_000_000 }] });
    call.on('data', () => {});
    await once(call, 'status');
  },

  async stay_in_duplex() {
    const call = client.FullDuplexCall();
    call.on('data', () => {});
    call.write({ response_parameters: [{ size: 1 }] });
    await once(call, 'status');
  },

  async stay_half_closed() {
    const call = client.FullDuplexCall();
    call.on('data', () => {});
    call.write({ response_parameters: [{ size: 1, interval_us: 60_000_000 }] });
    call.end();
    await once(call, 'status');
  },

  async timeout_on_sleeping_server() {
    const call = client.FullDuplexCall({ deadline: Date.now() + 1 });
    const result = collected(call);
    call.write({ payload: payload(27182) });
    const { status } = await result;
    assert.equal(status.code, grpc.status.DEADLINE_EXCEEDED);
  },
};

assert.ok(Object.hasOwn(cases, name), `unknown case ${name}`);
await cases[name]();
client.close();
console.log('ok');
