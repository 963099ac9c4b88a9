import { randomUUID } from 'node:crypto';
import { type FileHandle, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { RcmError } from '../errors.js';
import { type Holder, holderIn, isGone, thisHolder } from '../holder.js';

/** After so long without a sign of life a lock counts as left behind, where its process cannot be looked for. */
const STALE_MS = 24 * 3_600_000;
/** A lock that says nothing yet is being written. */
const UNWRITTEN_MS = 60_000;

/** `FILE.lock`: held while FILE is written. */
export class LockFile {
  private constructor(
    readonly path: string,
    private readonly handle: FileHandle,
  ) {}

  /**
   * Takes the lock of a file; one that was left behind is taken over.
   * @throws RCM_CONFLICT when another run holds it; what the file system says
   */
  static async take(file: string): Promise<LockFile> {
    const path = `${file}.lock`;
    // Twice: the one that was left behind may be taken over by somebody else first.
    for (let tries = 0; tries < 2; tries += 1) {
      const lock = await create(path);
      if (lock) return new LockFile(path, lock);
      const there = await readLock(path);
      if (there === null) continue;
      if (!(await isLeftBehind(there, file))) throw held(file, path, there.holder);
      await putAside(path, there.text);
    }
    throw held(file, path, null);
  }

  /** Whether the lock is still this one, not another's or gone. */
  async isHeld(): Promise<boolean> {
    const [own, there] = await Promise.all([this.handle.stat(), stat(this.path).catch(() => null)]);
    return there !== null && there.ino === own.ino && there.dev === own.dev;
  }

  /** Gives it back. Never throws. */
  async release(): Promise<void> {
    if (await this.isHeld().catch(() => false)) await rm(this.path, { force: true }).catch(() => undefined);
    await this.handle.close().catch(() => undefined);
  }
}

/** null when there is one. */
async function create(path: string): Promise<FileHandle | null> {
  const handle = await open(path, 'wx', 0o600).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EEXIST') return null;
    throw error;
  });
  try {
    await handle?.writeFile(JSON.stringify(thisHolder()));
    return handle;
  } catch (error) {
    await rm(path, { force: true });
    await handle?.close();
    throw error;
  }
}

interface LockThere {
  text: string;
  holder: Holder | null;
  changedMs: number;
}

async function readLock(path: string): Promise<LockThere | null> {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
    return { text, holder: holderIn(text), changedMs: mtimeMs };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function isLeftBehind({ holder, changedMs }: LockThere, file: string): Promise<boolean> {
  const idleMs = Date.now() - changedMs;
  if (holder === null) return idleMs > UNWRITTEN_MS;
  const gone = isGone(holder);
  if (gone !== null) return gone;
  const written = await stat(file).catch(() => null);
  return Math.min(idleMs, Date.now() - (written?.mtimeMs ?? 0)) > STALE_MS;
}

/** Of two runs that take over the same lock only one finds it under its name. */
async function putAside(path: string, text: string): Promise<void> {
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  // Somebody took it over in between: what was put aside is theirs, and they will see that it is gone.
  if ((await readFile(aside, 'utf8')) !== text) await rename(aside, path);
  else await rm(aside, { force: true });
}

function held(file: string, path: string, holder: Holder | null): RcmError {
  const who = holder === null ? '' : ` (process ${holder.pid} on ${JSON.stringify(holder.host).slice(1, -1)})`;
  return new RcmError(
    'RCM_CONFLICT',
    `Another run${who} writes to ${file}: nothing was removed`,
    `Wait for its end, or choose another --backup file. If no such run is there any more, remove ${path}.`,
  );
}
