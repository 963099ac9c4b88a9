import { type Browser, chromium } from 'playwright-core';
import { describe } from 'vitest';
import { onPath } from './on-path.js';

/** The browser that tests drive: RCM_TEST_CHROMIUM, else Chromium or Chrome on PATH; null when there is none. */
export function chromiumBinary(): string | null {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  return process.env.RCM_TEST_CHROMIUM ?? names.map(onPath).find((path) => path !== null) ?? null;
}

/** A suite that needs a browser; without one it is reported as skipped, and said so. */
export function describeBrowser(title: string, suite: () => void): void {
  if (chromiumBinary() !== null) {
    describe(title, suite);
    return;
  }
  const line = '!'.repeat(100);
  process.stderr.write(
    `${line}\nNo Chromium on PATH: '${title}' is skipped. Run ./scripts/setup.sh, or set RCM_TEST_CHROMIUM.\n${line}\n`,
  );
  describe.skip(`${title} (skipped, no Chromium)`, suite);
}

export function launchBrowser(): Promise<Browser> {
  const executablePath = chromiumBinary();
  if (executablePath === null) throw new Error('there is no Chromium');
  // Root may not use Chromium's sandbox, and containers have little shared memory.
  return chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'] });
}
