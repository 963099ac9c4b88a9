const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/**
 * On SIGTERM and SIGINT, does something first and then raises the signal again with no handler of ours, so that the
 * process ends as it would have. Where the application handles the signal itself, it has it already: nothing is raised.
 * @returns takes the handlers away
 */
export function onSignals(act: () => Promise<void>): () => void {
  const handler = (signal: NodeJS.Signals): void => {
    remove();
    void act().finally(() => {
      if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
    });
  };
  const remove = (): void => {
    for (const signal of SIGNALS) process.off(signal, handler);
  };
  for (const signal of SIGNALS) process.on(signal, handler);
  return remove;
}
