import type { IncomingMessage } from 'node:http';
import type { ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import { OverloadError } from '#shared/http/allowance.ts';
import { ShortLivedMap } from '#shared/short-lived.ts';
import { Connection } from './connection.ts';
import { Line } from './line.ts';

export interface ConnectionLimits {
  /** All connections that have shown a token, and others while there is room. */
  readonly maxConnections: number;
  /** Connections whose last token is of one client. */
  readonly maxConnectionsPerClient: number;
  /** Connections from one address that have shown no token. */
  readonly maxConnectionsPerAddress: number;
}

/** Why the mesh cut or refused a connection. */
export type Refusal = 'total' | 'client' | 'address' | 'pipelined' | 'unread';

/**
 * Places beyond `maxConnections` for connections that have shown no token yet. Without them, nobody new could show one while
 * clients hold every connection, and nobody could read why.
 */
export const PLACES_FOR_NEWCOMERS = 16;

/** How a connection gives up its places. */
interface Places {
  readonly leave: () => void;
  /** Undefined when the connection has shown a token. */
  leaveNewcomers: (() => void) | undefined;
}

/**
 * All connections of the server.
 *
 * The attack: somebody opens hundreds of connections and sends no token. So a connection without a token keeps its place only
 * as long as nobody needs it. The oldest one goes first: a client shows its token right after it connects, while the attacker's
 * connections grow old.
 */
export class Connections {
  readonly #limits: ConnectionLimits;
  #refused: (why: Refusal) => void = () => {};
  readonly #bySocket = new WeakMap<Socket | ServerHttp2Session, Connection>();
  readonly #all = new Line<Connection>();
  readonly #newcomers = new Line<Connection>();
  readonly #byAddress = new ShortLivedMap<string, Line<Connection>>();
  readonly #placesOf = new WeakMap<Connection, Places>();
  readonly #byClient = new ShortLivedMap<string, { count: number }>();

  constructor(limits: ConnectionLimits) {
    const { maxConnections, maxConnectionsPerAddress, maxConnectionsPerClient } = limits;
    this.#limits = {
      maxConnections,
      // One address must not push out everybody else's newcomers, and one client must leave room for others.
      maxConnectionsPerAddress: Math.min(maxConnectionsPerAddress, Math.ceil(maxConnections / 2)),
      maxConnectionsPerClient: Math.min(maxConnectionsPerClient, Math.ceil((maxConnections * 3) / 4)),
    };
  }

  countRefused(count: (why: Refusal) => void): void {
    this.#refused = count;
  }

  /** Connections that have shown a token. */
  get known(): number {
    return this.#all.size - this.#newcomers.size;
  }

  /** Connections that have shown no token. */
  get newcomers(): number {
    return this.#newcomers.size;
  }

  add(socket: Socket): Connection {
    const connection = new Connection(socket);
    this.#makeRoomFor(connection.address);
    this.#bySocket.set(socket, connection);
    this.#placesOf.set(connection, {
      leave: this.#all.join(connection),
      leaveNewcomers: this.#joinNewcomers(connection),
    });
    socket.once('close', () => this.#forget(connection));
    return connection;
  }

  /** A session of HTTP/2 over the connection. Its requests do not tell the socket. */
  addSession(session: ServerHttp2Session, connection: Connection): void {
    this.#bySocket.set(session, connection);
  }

  ofSocket(socket: Socket): Connection | undefined {
    return this.#bySocket.get(socket);
  }

  /** Undefined when the connection has ended. */
  of(request: IncomingMessage): Connection | undefined {
    const { stream } = request as { readonly stream?: { readonly session?: ServerHttp2Session } };
    const key = stream === undefined ? request.socket : stream.session;
    return key && this.#bySocket.get(key);
  }

  /** A request of the connection had a valid token of the client. @throws OverloadError */
  own(connection: Connection, client: string): void {
    if (connection.client === client || !this.#placesOf.has(connection)) return;
    const share = this.#byClient.get(client) ?? { count: 0 };
    if (share.count >= this.#limits.maxConnectionsPerClient) {
      this.#refused('client');
      throw new OverloadError('TOO_MANY_CONNECTIONS');
    }
    if (connection.client === undefined && this.known >= this.#limits.maxConnections) {
      this.#refused('total');
      throw new OverloadError('MESH_BUSY');
    }
    this.#leaveNewcomers(connection);
    this.#disown(connection);
    connection.client = client;
    share.count++;
    this.#byClient.set(client, share);
  }

  cut(connection: Connection, why: Refusal): void {
    this.#refused(why);
    // The event 'close' comes later, but the place and the descriptor are free now.
    this.#forget(connection);
    connection.socket.destroy();
  }

  #makeRoomFor(address: string): void {
    const { maxConnections, maxConnectionsPerAddress } = this.#limits;
    const neighbours = this.#byAddress.get(address);
    if (neighbours?.oldest && neighbours.size >= maxConnectionsPerAddress) {
      this.cut(neighbours.oldest, 'address');
      return;
    }
    if (this.#all.size < maxConnections) return;
    const { oldest, size } = this.#newcomers;
    if (oldest && size >= PLACES_FOR_NEWCOMERS) this.cut(oldest, 'total');
  }

  #joinNewcomers(connection: Connection): () => void {
    const { address } = connection;
    const neighbours = this.#byAddress.get(address) ?? new Line<Connection>();
    this.#byAddress.set(address, neighbours);
    const leave = this.#newcomers.join(connection);
    const leaveNeighbours = neighbours.join(connection);
    return () => {
      leave();
      leaveNeighbours();
      if (neighbours.size === 0) this.#byAddress.delete(address);
    };
  }

  #leaveNewcomers(connection: Connection): void {
    const places = this.#placesOf.get(connection);
    places?.leaveNewcomers?.();
    if (places) places.leaveNewcomers = undefined;
  }

  #forget(connection: Connection): void {
    const places = this.#placesOf.get(connection);
    if (places === undefined) return;
    this.#leaveNewcomers(connection);
    this.#disown(connection);
    places.leave();
    this.#placesOf.delete(connection);
  }

  #disown(connection: Connection): void {
    const { client } = connection;
    const share = client === undefined ? undefined : this.#byClient.get(client);
    if (client === undefined || share === undefined) return;
    connection.client = undefined;
    share.count--;
    if (share.count === 0) this.#byClient.delete(client);
  }
}
