import { setTimeout as sleep } from 'node:timers/promises';

const LIMIT_MS = 30_000;

/** Asks every 20 ms until the answer is yes. @throws Error naming `what` after 30 s, as it is then */
export async function waitUntil(what: string | (() => string), ask: () => Promise<boolean> | boolean): Promise<void> {
  const end = Date.now() + LIMIT_MS;
  while (!(await ask())) {
    if (Date.now() > end)
      throw new Error(`Waited ${LIMIT_MS / 1000} s in vain until ${typeof what === 'string' ? what : what()}`);
    await sleep(20);
  }
}
