import { mongo } from 'mongoose';

export type Document = mongo.BSON.Document;

/** A document as bytes. */
export function encode(document: Document): Buffer {
  return Buffer.from(mongo.BSON.serialize(document, { ignoreUndefined: true }));
}

/** Bytes as a document whose numbers keep their BSON types, so that encoding it again changes nothing. */
export function decode(bytes: Uint8Array): Document {
  return mongo.BSON.deserialize(bytes, { promoteValues: false, bsonRegExp: true });
}

/** Bytes as the extension's SQL functions take them. */
export function sqlBson(bytes: Buffer): string {
  return `BSONHEX${bytes.toString('hex')}`;
}
