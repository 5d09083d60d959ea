const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** npm and npx pass on the Ctrl-C that the terminal has sent to us already: that is not a second one. */
const echoMs = 500;

/**
 * A signal that aborts when this process is asked to stop. Asked a second time, the process ends at once with status 1.
 */
export function stopSignal(onFirst: () => void = () => undefined): { signal: AbortSignal; dispose(): void } {
  const stop = new AbortController();
  let firstAt: number | undefined;
  const onSignal = () => {
    if (firstAt === undefined) {
      firstAt = Date.now();
      onFirst();
      stop.abort();
    } else if (Date.now() - firstAt > echoMs) {
      process.exit(1);
    }
  };
  for (const name of signals) process.on(name, onSignal);
  return {
    signal: stop.signal,
    dispose: () => {
      for (const name of signals) process.off(name, onSignal);
    },
  };
}
