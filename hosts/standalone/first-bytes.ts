import type { Socket } from 'node:net';

export type Protocol = 'http1' | 'http2';

/** What an HTTP/2 client that was told nothing begins with (RFC 9113 §3.4); no method of HTTP/1.1 does. */
const PREFACE = Buffer.from('PRI * HTTP/2.0');
/** So many bytes tell it from every method that is in use. */
const ENOUGH = 3;
/** Milliseconds for them: a connection that says nothing is none of a client. */
const PATIENCE = 60_000;

/** Connections of which nobody knows yet what they speak. */
export class FirstBytes {
  readonly #waiting = new Set<Socket>();

  /** Has `hand` called with what the socket speaks, once it has said so; all that it said is still there to read. */
  read(socket: Socket, hand: (protocol: Protocol) => void): void {
    const said: Buffer[] = [];
    const drop = () => socket.destroy();
    const forget = () => this.#waiting.delete(socket);
    const look = (bytes: Buffer) => {
      said.push(bytes);
      const all = said.length === 1 ? bytes : Buffer.concat(said);
      if (all.length < ENOUGH && PREFACE.subarray(0, all.length).equals(all)) return;
      socket.pause();
      socket.off('data', look).off('error', drop).off('timeout', drop).off('close', forget);
      socket.setTimeout(0);
      forget();
      socket.unshift(all);
      hand(PREFACE.subarray(0, ENOUGH).equals(all.subarray(0, ENOUGH)) ? 'http2' : 'http1');
    };
    this.#waiting.add(socket);
    socket.setTimeout(PATIENCE);
    socket.on('timeout', drop).on('error', drop).on('close', forget).on('data', look);
  }

  /** Cuts those that have said nothing yet. */
  cut(): void {
    for (const socket of this.#waiting) socket.destroy();
  }
}
