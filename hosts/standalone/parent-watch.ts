/** As package.json names it. */
const SCRIPT = 'hosts/standalone/main.ts';
const INTERVAL_MS = 250;

/**
 * Calls back once when npm, or the shell that npm started the mesh in, has gone. That shell passes no signal on, so `kill` of
 * either would leave the mesh running with its port and its folder. A mesh that npm did not start itself outlives its parent,
 * as a daemon does.
 */
export function watchParent(env: NodeJS.ProcessEnv, onGone: () => void): void {
  // Children of a script inherit the variable too, so its text must name this very program.
  if (env.npm_lifecycle_script?.includes(SCRIPT) !== true) return;
  // The operating system gives an orphan another parent.
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onGone();
  }, INTERVAL_MS).unref();
}
