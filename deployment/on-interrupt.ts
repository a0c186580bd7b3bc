/**
 * Tidies up when a signal ends this process (Ctrl-C, a closed terminal, a cancelled CI job), and then exits.
 *
 * @returns a function that removes the signal handlers
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
