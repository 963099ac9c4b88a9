import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';

/** A TCP server on 127.0.0.1 that is not what a client expects. */
export interface FakeServer {
  readonly port: number;
  readonly connections: ReadonlySet<Socket>;
  stop(): Promise<void>;
}

/** Port on which nothing ever listens (tcpmux): a connection is refused at once. */
export const CLOSED_PORT = 1;

/** Hands every connection to `handler`. Errors of the connections are ignored. */
export async function startFakeServer(handler: (socket: Socket) => void): Promise<FakeServer> {
  return serve(createServer(handler));
}

/** Accepts and never answers: a slow or hung service. */
export async function startSilentServer(): Promise<FakeServer> {
  return startFakeServer((socket) => socket.resume());
}

/** Speaks HTTP: the wrong protocol. */
export async function startHttpServer(): Promise<FakeServer> {
  return serve(createHttpServer((_request, response) => void response.end('hello')));
}

async function serve(server: Server): Promise<FakeServer> {
  const connections = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    connections.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => connections.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    connections,
    async stop() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      for (const socket of connections) socket.destroy();
      await closed;
    },
  };
}
