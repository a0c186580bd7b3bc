import type { Socket } from 'node:net';

export type Protocol = 'http1' | 'http2';

/** The first bytes of every HTTP/2 client without TLS (RFC 9113 §3.4). No method of HTTP/1.1 begins with them. */
const PREFACE = Buffer.from('PRI * HTTP/2.0');
/** This many bytes distinguish the preface from every method in use. */
const ENOUGH_BYTES = 3;
/** The time for these bytes. A connection that sends nothing is cut, so that it cannot hold a socket for ever. */
const FIRST_BYTES_TIMEOUT_MS = 20_000;

/** Connections whose protocol is not known yet. */
export class FirstBytes {
  readonly #waiting = new Set<Socket>();

  /** Calls `hand` with the socket's protocol when its first bytes have come. Those bytes can still be read from the socket. */
  read(socket: Socket, hand: (protocol: Protocol) => void): void {
    const said: Buffer[] = [];
    const drop = () => socket.destroy();
    const forget = () => this.#waiting.delete(socket);
    const look = (bytes: Buffer) => {
      said.push(bytes);
      const all = said.length === 1 ? bytes : Buffer.concat(said);
      if (all.length < ENOUGH_BYTES && PREFACE.subarray(0, all.length).equals(all)) return;
      socket.pause();
      socket.off('data', look).off('error', drop).off('timeout', drop).off('close', forget);
      socket.setTimeout(0);
      forget();
      socket.unshift(all);
      hand(PREFACE.subarray(0, ENOUGH_BYTES).equals(all.subarray(0, ENOUGH_BYTES)) ? 'http2' : 'http1');
    };
    this.#waiting.add(socket);
    socket.setTimeout(FIRST_BYTES_TIMEOUT_MS);
    socket.on('timeout', drop).on('error', drop).on('close', forget).on('data', look);
  }

  /** Cuts the connections whose protocol is still unknown. */
  cut(): void {
    for (const socket of this.#waiting) socket.destroy();
  }
}
