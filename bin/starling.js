#!/usr/bin/env node
// This file is plain JavaScript, so any Node can run it. A Node that cannot run TypeScript starts the Node 24 of `npm ci`.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const main = fileURLToPath(new URL('../cli/main.ts', import.meta.url));

// Undefined before Node 22.10; false where Node does not strip types.
if (process.features.typescript) await import(pathToFileURL(main).href);
else runWithOwnNode();

function runWithOwnNode() {
  const node = ownNode();
  if (node === undefined || !existsSync(node)) {
    const folder = path.dirname(path.dirname(main));
    console.error(
      `starling: this is Node ${process.version}. Starling needs its own Node 24, which is not installed.\n` +
        `In ${folder} run: npm ci`,
    );
    process.exitCode = 1;
    return;
  }
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`starling: ${node} cannot be run: ${error.message}\nInstall it again with: npm ci`);
    process.exitCode = 1;
  });
  child.on('exit', (code, signal) => {
    if (signal === null) {
      process.exitCode = code ?? 1;
      return;
    }
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

/** The binary of the npm package `node`. Its place differs between systems; the package.json of the package names it. */
function ownNode() {
  try {
    const manifest = createRequire(import.meta.url).resolve('node/package.json');
    return path.join(path.dirname(manifest), JSON.parse(readFileSync(manifest, 'utf8')).bin.node);
  } catch {
    return undefined;
  }
}
