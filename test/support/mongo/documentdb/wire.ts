import { type Document, decode } from './bson.js';

const OP_REPLY = 1;
const OP_QUERY = 2004;
const OP_MSG = 2013;
const CHECKSUM_PRESENT = 1;
const MORE_TO_COME = 2;
const HEADER_BYTES = 16;

/** A command that a driver sent. Only a handshake still comes as the old OP_QUERY. */
export interface Request {
  id: number;
  legacy: boolean;
  command: Document;
  /** No reply is wanted. */
  silent: boolean;
}

/** The first whole message of what was received and what follows it, or null while it is incomplete. */
export function takeMessage(received: Buffer): { message: Buffer; rest: Buffer } | null {
  if (received.length < 4) return null;
  const size = received.readInt32LE(0);
  return received.length < size ? null : { message: received.subarray(0, size), rest: received.subarray(size) };
}

/** https://www.mongodb.com/docs/manual/reference/mongodb-wire-protocol/ */
export function parseRequest(message: Buffer): Request {
  const id = message.readInt32LE(4);
  if (message.readInt32LE(12) === OP_QUERY) {
    const document = message.indexOf(0, HEADER_BYTES + 4) + 1 + 8;
    const query = decode(documentAt(message, document));
    return { id, legacy: true, command: query.$query ?? query, silent: false };
  }
  const flags = message.readUInt32LE(HEADER_BYTES);
  const end = message.length - (flags & CHECKSUM_PRESENT ? 4 : 0);
  const command: Document = {};
  const sequences: Document = {};
  for (let at = HEADER_BYTES + 4; at < end; ) {
    const kind = message[at];
    at += 1;
    if (kind === 0) Object.assign(command, decode(documentAt(message, at)));
    else readSequence(message.subarray(at, at + message.readInt32LE(at)), sequences);
    at += message.readInt32LE(at);
  }
  return { id, legacy: false, command: { ...command, ...sequences }, silent: (flags & MORE_TO_COME) !== 0 };
}

/** The message that answers a request with a document's bytes. */
export function replyMessage(request: Request, id: number, document: Buffer): Buffer {
  const head = Buffer.alloc(HEADER_BYTES + (request.legacy ? 20 : 5));
  head.writeInt32LE(head.length + document.length, 0);
  head.writeInt32LE(id, 4);
  head.writeInt32LE(request.id, 8);
  head.writeInt32LE(request.legacy ? OP_REPLY : OP_MSG, 12);
  if (request.legacy) head.writeInt32LE(1, 32); // numberReturned
  return Buffer.concat([head, document]);
}

/** A section of kind 1: size, name, then documents that make up the command's field of that name. */
function readSequence(section: Buffer, into: Document): void {
  const nameEnd = section.indexOf(0, 4);
  const documents: Document[] = [];
  for (let at = nameEnd + 1; at < section.length; at += section.readInt32LE(at)) {
    documents.push(decode(documentAt(section, at)));
  }
  into[section.toString('utf8', 4, nameEnd)] = documents;
}

function documentAt(buffer: Buffer, at: number): Buffer {
  return buffer.subarray(at, at + buffer.readInt32LE(at));
}
