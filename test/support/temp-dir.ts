import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Writable } from 'node:stream';

// A shell whose input closes when this process ends in whatever way, SIGKILL included (no exit hook sees that one):
// then it kills what is still registered and removes our folder. Paused servers die too.
const WATCHDOG = `
trap '' INT TERM HUP
pids=' '
while read -r op pid; do
  case $op in
    +) pids="$pids$pid " ;;
    -) pids="\${pids%% $pid *} \${pids#* $pid }" ;;
  esac
done
for pid in $pids; do kill -9 "$pid" 2>/dev/null; done
rm -rf "$1" || { sleep 1; rm -rf "$1"; }
`;

interface Watch {
  root: string;
  input: Writable;
}
let watch: Watch | undefined;

function watched(): Watch {
  if (watch) return watch;
  const root = mkdtempSync(join(tmpdir(), 'rcm-test-'));
  const shell = spawn('sh', ['-c', WATCHDOG, 'watchdog', root], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  shell.unref();
  (shell.stdin as Writable & { unref?(): void }).unref?.();
  watch = { root, input: shell.stdin };
  return watch;
}

/** A new folder that is removed when this process ends, if not before. */
export async function tempDir(name = 'dir'): Promise<string> {
  return mkdtemp(join(watched().root, `${name}-`));
}

/** Makes sure that process `pid` does not outlive this one. Call the returned function when it has ended. */
export function dieWithUs(pid: number): () => void {
  const { input } = watched();
  input.write(`+ ${pid}\n`);
  return () => void input.write(`- ${pid}\n`);
}
