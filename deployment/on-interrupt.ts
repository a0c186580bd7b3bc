/**
 * Tidies up when this process is told to end (Ctrl-C, a terminal that closes, a CI job that is cancelled), and ends it then.
 *
 * @returns takes it back
 */
export function onInterrupt(tidyUp: () => Promise<void>): () => void {
  const signals = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const;
  const listeners = Object.entries(signals).map(([signal, number]) => {
    const listener = () => void tidyUp().finally(() => process.exit(128 + number));
    process.once(signal, listener);
    return () => process.removeListener(signal, listener);
  });
  return () => {
    for (const remove of listeners) remove();
  };
}
