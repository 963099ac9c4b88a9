// Prints the path of a mongod binary, which is downloaded when it is not there yet. Fails with the reason in one line.
import { MongoBinary } from 'mongodb-memory-server-core';

try {
  console.log(await MongoBinary.getPath({}));
} catch (error) {
  console.error(String(error instanceof Error ? error.message : error).replace(/\s+/g, ' '));
  process.exitCode = 1;
}
