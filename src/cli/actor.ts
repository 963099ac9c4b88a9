import { hostname, userInfo } from 'node:os';

/** Who makes a change: --actor, RCM_ACTOR, else user@host (DESIGN §8). */
export function actorOf(flag: string | undefined, env: NodeJS.ProcessEnv = process.env): string {
  return flag || env.RCM_ACTOR || `${userName()}@${hostname()}`;
}

/** A container may run as a user id that has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid${process.getuid?.() ?? ''}`;
  }
}
