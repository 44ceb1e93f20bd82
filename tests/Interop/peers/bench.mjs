// The benchmark's load by the grpc-js client: node bench.mjs <port> <process id of the server> <seconds>. Prints the figures
// as JSON. bench/rpc/BenchLoad.cs does the same by our client; the two must stay in step.
import { readFileSync } from 'node:fs';
import { once } from 'node:events';
import { grpc, testing } from './contract.mjs';

const SMALL = 100;
const LARGE = 4 << 20;
const LARGE_IN_FLIGHT = 4;
const IDLE_STREAMS = 1000;
const [port, serverProcess, seconds] = process.argv.slice(2).map(Number);
const client = new testing.TestService(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), {
  'grpc.max_receive_message_length': -1,
});

const ask = (size) => ({ response_parameters: [{ size }] });

function unaryOnce(request) {
  return new Promise((resolve, reject) => {
    client.UnaryCall(request, (failure) => (failure ? reject(failure) : resolve()));
  });
}

async function unary(concurrency, duration) {
  const start = performance.now();
  const latencies = [];
  const request = { response_size: SMALL, payload: { body: Buffer.alloc(SMALL) } };
  await Promise.all(Array.from({ length: concurrency }, async () => {
    while (performance.now() - start < duration * 1000) {
      const began = performance.now();
      await unaryOnce(request);
      latencies.push(performance.now() - began);
    }
  }));
  const elapsed = (performance.now() - start) / 1000;
  latencies.sort((a, b) => a - b);
  return [latencies.length / elapsed, latencies[Math.floor(latencies.length * 0.99)]];
}

async function next(call, size) {
  const [response] = await once(call, 'data');
  if (response.payload.body.length !== size) {
    throw new Error(`The server did not answer with ${size} bytes.`);
  }
}

function largePerSecond(duration) {
  return new Promise((resolve, reject) => {
    const call = client.FullDuplexCall();
    const start = performance.now();
    let count = 0;
    let isDone = false;
    call.on('error', (failure) => {
      if (!isDone) {
        reject(failure);
      }
    });
    call.on('data', (response) => {
      if (isDone) {
        return;
      }

      if (response.payload.body.length !== LARGE) {
        reject(new Error(`The server did not answer with ${LARGE} bytes.`));
      }

      count += 1;
      const elapsed = (performance.now() - start) / 1000;
      if (elapsed >= duration) {
        isDone = true;
        call.cancel();
        resolve(count / elapsed);
      } else {
        call.write(ask(LARGE));
      }
    });
    for (let i = 0; i < LARGE_IN_FLIGHT; i += 1) {
      call.write(ask(LARGE));
    }
  });
}

function residentKiB(id) {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, 'utf8'))[1]);
}

async function open() {
  const call = client.FullDuplexCall();
  call.write(ask(SMALL));
  await next(call, SMALL);
  return call;
}

const figures = {};
const first = await open();
const before = [serverProcess, process.pid].map(residentKiB);
const idle = [];
for (let i = 0; i < IDLE_STREAMS; i += 1) {
  idle.push(await open());
}

const after = [serverProcess, process.pid].map(residentKiB);

// Ended, not cancelled: the server of Node takes that many resets for an attack.
for (const call of [first, ...idle]) {
  const end = once(call, 'status');
  call.end();
  await end;
}

figures.idle_stream_server_kib = (after[0] - before[0]) / IDLE_STREAMS;
figures.idle_stream_client_kib = (after[1] - before[1]) / IDLE_STREAMS;

for (const concurrency of [1, 16, 256]) {
  await unary(concurrency, 1);
  const [perSecond, p99] = await unary(concurrency, seconds);
  const name = `unary_${String(concurrency).padStart(3, '0')}`;
  figures[`${name}_per_second`] = perSecond;
  figures[`${name}_p99_ms`] = p99;
}

await largePerSecond(1);
figures.messages_4mib_per_second = await largePerSecond(seconds);
client.close();
console.log(JSON.stringify(figures));
process.exit(0);
