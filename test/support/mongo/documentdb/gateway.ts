import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import pg from 'pg';
import { encode } from './bson.js';
import { commandRunner } from './commands.js';
import { parseRequest, replyMessage, takeMessage } from './wire.js';

const POSTGRES_CONNECTIONS = 40;

/** MongoDB's wire protocol on a free port of 127.0.0.1, in front of the extension. No users, no transactions: for tests. */
export interface Gateway {
  uri: string;
  stop(): Promise<void>;
}

/** @param postgresPort where PostgreSQL with the documentdb extension listens on 127.0.0.1 */
export async function startGateway(postgresPort: number): Promise<Gateway> {
  const pool = new pg.Pool({
    ...{ host: '127.0.0.1', port: postgresPort, user: 'postgres', database: 'postgres' },
    max: POSTGRES_CONNECTIONS,
  });
  pool.on('error', () => {}); // an idle connection that breaks is replaced by the next query
  const run = commandRunner(pool);
  const sockets = new Set<Socket>();
  let lastReply = 0;

  const answer = async (socket: Socket, message: Buffer): Promise<void> => {
    const request = parseRequest(message);
    const reply = await run(request.command);
    if (!request.silent) {
      socket.write(replyMessage(request, ++lastReply, Buffer.isBuffer(reply) ? reply : encode(reply)));
    }
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    let received: Buffer = Buffer.alloc(0);
    let queue = Promise.resolve(); // one connection's commands are answered in order
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk) => {
      received = received.length > 0 ? Buffer.concat([received, chunk]) : chunk;
      for (let next = takeMessage(received); next; next = takeMessage(received)) {
        const { message, rest } = next;
        received = rest;
        queue = queue.then(() => answer(socket, message)).catch(() => void socket.destroy());
      }
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    uri: `mongodb://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
      await pool.end();
    },
  };
}
