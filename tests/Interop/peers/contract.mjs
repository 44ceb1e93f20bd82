// The contract, loaded from the same file that the C# side is generated from.
import { fileURLToPath } from 'node:url';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';

const root = fileURLToPath(new URL('../protos', import.meta.url));

export const { testing } = grpc.loadPackageDefinition(
  protoLoader.loadSync('grpc/testing/test.proto', { includeDirs: [root], keepCase: true, defaults: true, oneofs: true }),
).grpc;

export const INITIAL = 'x-grpc-test-echo-initial';
export const TRAILING = 'x-grpc-test-echo-trailing-bin';

// No part of the public description: a call with this header is not answered.
export const HOLD = 'x-interop-hold';
export { grpc };
