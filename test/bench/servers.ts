import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { Mesh } from '#test/support/mesh.ts';

/** A server under measurement, in a process of its own. */
export interface Server {
  readonly name: ServerName;
  readonly pid: number;
  /** Where its echo agent takes JSON-RPC. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

export type ServerName = 'mesh' | 'peer';

const headers = { 'content-type': 'application/json', 'a2a-version': '1.0' };

/** The mesh as `npm start` runs it, with the project's own serverless.yml; `env` on top of this process's. */
export async function startMesh(data: string, env: Readonly<Record<string, string>> = {}): Promise<Server> {
  const mesh = await Mesh.start({ data, env });
  return {
    name: 'mesh',
    pid: mesh.pid,
    url: `${mesh.url}/agents/echo`,
    headers: { ...headers, authorization: `Bearer ${await mesh.token()}` },
    async stop() {
      await mesh.stop();
    },
  };
}

export async function startPeer(): Promise<Server> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'peer.ts')], {
    env: { ...process.env, NODE_ENV: 'production' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the peer ended with ${code} before it was ready`)));
    child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().replace('ready at ', '').trim()));
  });
  return {
    name: 'peer',
    pid: child.pid ?? 0,
    url,
    headers,
    async stop() {
      const exited = once(child, 'exit');
      child.kill();
      await exited;
    },
  };
}
