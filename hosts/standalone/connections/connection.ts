import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

export type Listener = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Requests that wait on one connection for the answers before them. Node reads 64 KB at a time, which may be thousands of
 * requests, and makes objects of some KB for each.
 */
const MAX_WAITING = 256;

/**
 * One connection of a client. It works on one request of HTTP/1.1 at a time and reads no further meanwhile. An attacker
 * could otherwise send hundreds of requests at once (pipelining) and have the mesh hold all of their answers.
 */
export class Connection {
  readonly socket: Socket;
  readonly address: string;
  /** The client whose valid token or signature the last request had. Undefined: no request had one yet. */
  client: string | undefined;
  readonly #waiting: [IncomingMessage, ServerResponse][] = [];
  #response: ServerResponse | undefined;
  #watchesResume = false;

  constructor(socket: Socket) {
    this.socket = socket;
    this.address = socket.remoteAddress ?? '';
  }

  /** Whether a request is in work. HTTP/2 has no such state here: its sessions have their own. */
  get isAnswering(): boolean {
    return this.#response !== undefined;
  }

  /** Bytes of answers that the client's system has not taken. */
  get unsentBytes(): number {
    return this.#response?.writableLength ?? this.socket.writableLength;
  }

  /**
   * Hands a request of HTTP/1.1 to the listener, at once or after the requests before it.
   *
   * @returns false when too many requests wait. Then the connection has to be cut.
   */
  hand(request: IncomingMessage, response: ServerResponse, listener: Listener): boolean {
    if (this.#response === undefined) {
      this.#start(request, response, listener);
      return true;
    }
    // Node goes on with the bytes that it has read.
    if (this.socket.destroyed) return true;
    if (this.#waiting.length >= MAX_WAITING) return false;
    this.#waiting.push([request, response]);
    this.#stopReading();
    return true;
  }

  /** Node resumes the socket at the end of each request and when a body is read. This listener comes after Node's own. */
  #stopReading(): void {
    if (!this.#watchesResume) {
      this.#watchesResume = true;
      this.socket.on('resume', () => {
        if (this.#waiting.length > 0) this.socket.pause();
      });
    }
    this.socket.pause();
  }

  #start(request: IncomingMessage, response: ServerResponse, listener: Listener): void {
    this.#response = response;
    // After the last byte of the answer went to the system, or the connection broke.
    response.once('close', () => {
      this.#response = undefined;
      if (this.#waiting.length > 0) this.#next(listener);
    });
    listener(request, response);
  }

  #next(listener: Listener): void {
    if (this.socket.destroyed) {
      this.#waiting.length = 0;
      return;
    }
    const [request, response] = this.#waiting.shift() as [IncomingMessage, ServerResponse];
    if (this.#waiting.length === 0) this.socket.resume();
    this.#start(request, response, listener);
  }
}
