import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Who holds something: enough to see later whether that process is still there. */
export interface Holder {
  pid: number;
  host: string;
  /** The machine's process ids that `pid` is one of; null where nobody can tell. */
  processes: string | null;
  /** The machine's start: machines may have the same name. Absent in what earlier versions wrote; null where nobody can tell. */
  boot?: string | null;
  /** When the process began, in ticks since the machine did: a pid is given again. */
  began: string | null;
  token: string;
}

/** This process, with a new token. */
export function thisHolder(): Holder {
  return {
    pid: process.pid,
    host: hostname(),
    processes: attempt(() => readlinkSync('/proc/self/ns/pid')),
    boot: attempt(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()),
    began: beganAt(process.pid),
    token: randomUUID(),
  };
}

/** A holder from its JSON; null where the text is none. */
export function holderIn(text: string): Holder | null {
  try {
    const holder = JSON.parse(text) as Holder;
    return Number.isInteger(holder.pid) && typeof holder.host === 'string' ? holder : null;
  } catch {
    return null;
  }
}

/** Whether the holder's process has ended; null where that cannot be seen from here (another machine). */
export function isGone({ pid, host, processes, began }: Holder): boolean | null {
  const here = thisHolder();
  if (host !== here.host || processes !== here.processes) return null;
  return !isRunning(pid) || (began !== null && beganAt(pid) !== began);
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Field 22 of /proc/PID/stat; the name in field 2 may contain anything, a bracket ends it. */
function beganAt(pid: number): string | null {
  return attempt(() => {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? null;
  });
}

function attempt<T>(look: () => T): T | null {
  try {
    return look();
  } catch {
    return null;
  }
}
