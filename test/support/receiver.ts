import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** What a receiver got. */
export interface Received {
  method: string;
  path: string;
  headers: Record<string, string | string[] | undefined>;
  body: string;
}

export type Behaviour = (request: IncomingMessage, response: ServerResponse) => void;

/** An HTTP server of 127.0.0.1 that keeps what it is sent, and answers as it is told to. */
export interface Receiver {
  readonly url: string;
  readonly received: Received[];
  /** How the next requests are answered, one each; then with 200. */
  next(...behaviours: Behaviour[]): void;
  /** How all requests are answered from now on. */
  always(behaviour: Behaviour | null): void;
  /** What it got since it was asked last. */
  take(): Received[];
  stop(): Promise<void>;
}

export const status =
  (code: number, headers: Record<string, string> = {}): Behaviour =>
  (_, response) =>
    void response.writeHead(code, headers).end('<html>never read</html>');
/** Takes the request and never answers. */
export const hang: Behaviour = () => undefined;
/** Answers at once, and its body has no end. */
export const endless: Behaviour = (_, response) => {
  const write = (): void => {
    if (response.destroyed) return;
    response.write('x'.repeat(65_536));
    setTimeout(write, 5).unref();
  };
  response.writeHead(200);
  write();
};
/** Speaks no HTTP. */
export const garbage: Behaviour = (request) => void request.socket.end('\0\x01garbage\r\n\r\n');
/** Ends the connection in the middle of its answer's head. */
export const cut: Behaviour = (request) => {
  request.socket.write('HTTP/1.1 200 O');
  request.socket.destroy();
};

export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const behaviours: Behaviour[] = [];
  let standing: Behaviour | null = null;
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('error', () => undefined);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url: path = '', headers } = request;
      received.push({ method, path, headers, body: Buffer.concat(chunks).toString() });
      (standing ?? behaviours.shift() ?? status(200))(request, response);
    });
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received,
    next: (...more) => void behaviours.push(...more),
    always: (behaviour) => {
      standing = behaviour;
    },
    take: () => received.splice(0),
    stop: async () => {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** A mail as it came over the wire. */
export interface ReceivedMail {
  from: string;
  to: string[];
  raw: string;
}

export interface MailServer {
  readonly port: number;
  take(): ReceivedMail[];
  stop(): Promise<void>;
}

/** A real SMTP server of 127.0.0.1, without TLS unless options say so. */
export async function startMailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const mails: ReceivedMail[] = [];
  const server = new SMTPServer({
    hideSTARTTLS: true,
    authOptional: true,
    disableReverseLookup: true,
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const { mailFrom, rcptTo } = session.envelope;
        const from = mailFrom === false ? '' : mailFrom.address;
        mails.push({ from, to: rcptTo.map(({ address }) => address), raw: Buffer.concat(chunks).toString() });
        done();
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  const listening = once(server.server, 'listening');
  server.listen(0, '127.0.0.1');
  await listening;
  return {
    port: (server.server.address() as AddressInfo).port,
    take: () => mails.splice(0),
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
