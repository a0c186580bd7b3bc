import { EventEmitter } from 'node:events';
import type { Socket } from 'node:net';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Connection } from '#hosts/standalone/connections/connection.ts';
import { type ConnectionLimits, Connections, PLACES_FOR_NEWCOMERS } from '#hosts/standalone/connections/connections.ts';
import { maxOpenFiles, withinOpenFiles } from '#hosts/standalone/connections/open-files.ts';
import { OverloadError } from '#shared/http/allowance.ts';

const limits: ConnectionLimits = { maxConnections: 100, maxConnectionsPerClient: 30, maxConnectionsPerAddress: 10 };

function socketFrom(remoteAddress: string): Socket {
  const socket = Object.assign(new EventEmitter(), {
    remoteAddress,
    destroyed: false,
    destroy: () => {
      Object.assign(socket, { destroyed: true });
    },
  });
  return socket as unknown as Socket;
}

describe('Connections', () => {
  let refused: string[];
  let connections: Connections;

  beforeEach(() => {
    refused = [];
    connections = make(limits);
  });

  function make(some: ConnectionLimits): Connections {
    const made = new Connections(some);
    made.countRefused((why) => refused.push(why));
    return made;
  }
  const add = (address = '203.0.113.1') => connections.add(socketFrom(address));
  const addMany = (count: number, address?: (index: number) => string) =>
    Array.from({ length: count }, (_, index) => add(address?.(index)));
  const open = (all: readonly Connection[]) => all.filter(({ socket }) => !socket.destroyed);

  it('cuts the oldest connections of an address that have shown no token', () => {
    const all = addMany(25);
    expect(open(all)).toEqual(all.slice(-10));
    expect(connections.newcomers).toBe(10);
    expect(refused).toEqual(Array(15).fill('address'));
  });

  it('leaves other addresses alone', () => {
    const other = addMany(5, () => '203.0.113.2');
    addMany(300);
    expect(open(other)).toHaveLength(5);
  });

  it('counts a connection that has shown a token no longer by its address', () => {
    const known = addMany(10);
    for (const each of known) connections.own(each, 'client');
    addMany(300);
    expect(open(known)).toHaveLength(10);
    expect([connections.known, connections.newcomers]).toEqual([10, 10]);
  });

  it('cuts the oldest connection without a token when there are too many in all, and lets a newcomer show one', () => {
    const all = addMany(300, (index) => `203.0.113.${index % 250}`);
    expect(open(all)).toEqual(all.slice(-limits.maxConnections));
    expect(new Set(refused)).toEqual(new Set(['total']));
    const newcomer = add('198.51.100.1');
    connections.own(newcomer, 'client');
    addMany(300, (index) => `203.0.113.${index % 250}`);
    expect(open([newcomer])).toHaveLength(1);
  });

  it('says 503 to a newcomer when clients hold every connection', () => {
    for (let client = 0; client < 4; client++) {
      for (let count = 0; count < 25; count++) connections.own(add(), `client-${client}`);
    }
    const newcomers = addMany(PLACES_FOR_NEWCOMERS, (index) => `203.0.113.${index}`);
    expect(open(newcomers)).toHaveLength(PLACES_FOR_NEWCOMERS);
    expect(() => connections.own(newcomers[0] as Connection, 'another')).toThrow(new OverloadError('MESH_BUSY'));
    expect(refused).toEqual(['total']);
  });

  it('says 429 to a client that holds its own number, until it closes one', () => {
    const own = addMany(5).concat(addMany(26, (index) => `203.0.113.${index}`));
    const [first, ...others] = own;
    for (const each of others) connections.own(each, 'client');
    expect(() => connections.own(first as Connection, 'client')).toThrow(new OverloadError('TOO_MANY_CONNECTIONS'));
    expect(refused).toEqual(['client']);
    others[0]?.socket.emit('close');
    connections.own(first as Connection, 'client');
    expect(connections.known).toBe(30);
  });

  it('counts a connection for the client of its last token, as behind a proxy', () => {
    const shared = addMany(4);
    for (const client of ['one', 'two']) for (const each of shared) connections.own(each, client);
    for (const each of addMany(30, (index) => `203.0.113.${index}`)) connections.own(each, 'one');
    expect(refused).toEqual([]);
    expect(connections.known).toBe(34);
  });

  it('forgets connections that close', () => {
    const all = addMany(9);
    for (const each of all.slice(0, 4)) connections.own(each, 'client');
    for (const { socket } of all) socket.emit('close');
    expect([connections.known, connections.newcomers]).toEqual([0, 0]);
  });

  it('gives one address half of the places and one client three quarters, however high their own limits are', () => {
    connections = make({ maxConnections: 40, maxConnectionsPerClient: 1_000, maxConnectionsPerAddress: 1_000 });
    expect(open(addMany(300))).toHaveLength(20);
    const own = addMany(20).concat(addMany(20, () => '203.0.113.2'));
    const allowed = own.filter((each) => {
      try {
        connections.own(each, 'client');
        return true;
      } catch {
        return false;
      }
    });
    expect(allowed).toHaveLength(30);
  });
});

describe('withinOpenFiles', () => {
  const log = { warn: vi.fn() };
  const roomFor = (openFiles: number | undefined) =>
    withinOpenFiles({ ...limits, maxConnections: 10_000 }, openFiles, log).maxConnections;

  it.each([
    [120, 40],
    [1_024, 880],
    [8_192, 7_152],
    [20_000, 10_000],
    [32, 8],
    [undefined, 10_000],
  ])('keeps descriptors back for the mesh: of %s files, %i are connections with a token', (openFiles, expected) => {
    expect(roomFor(openFiles)).toBe(expected);
  });

  it('says so when that leaves fewer connections than one client may have streams', () => {
    log.warn.mockReset();
    roomFor(8_192);
    expect(log.warn).not.toHaveBeenCalled();
    roomFor(120);
    expect(log.warn).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('ulimit -n'), {
      openFiles: 120,
      maxConnections: 40,
    });
  });

  it.runIf(process.platform === 'linux')('knows the limit of this process', () => {
    expect(maxOpenFiles()).toBeGreaterThan(100);
  });
});
