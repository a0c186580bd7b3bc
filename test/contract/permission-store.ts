import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AgentId, isAgentId } from '#shared/ids.ts';
import type { Grant, PermissionStore } from '#shared/ports/permission-store.ts';

export interface PermissionStoreSubject {
  readonly store: PermissionStore;
  close(): Promise<void>;
}

/** What every PermissionStore does. */
export function permissionStoreContract(name: string, open: () => Promise<PermissionStoreSubject>): void {
  describe(`PermissionStore: ${name}`, () => {
    let subject: PermissionStoreSubject;
    let store: PermissionStore;

    beforeEach(async () => {
      subject = await open();
      store = subject.store;
    });
    afterEach(() => subject.close());

    it('gives nothing that was not granted, whatever the scope is called', async () => {
      const principal = { clientId: 'a', scopes: ['starling/agents:invoke', 'starling/echo:invoke'] };
      expect(await store.agentsOf(principal)).toEqual([]);
    });

    it('joins what the scopes and the client id give, in order and without doubles', async () => {
      await store.grant({ subject: 'scope:starling/team:invoke', agent: agent('weather') });
      await store.grant({ subject: 'scope:starling/team:invoke', agent: agent('echo') });
      await store.grant({ subject: 'client:a', agent: agent('echo') });
      await store.grant({ subject: 'client:a', agent: agent('calculator') });

      const team = { clientId: 'a', scopes: ['starling/team:invoke'] };
      await expect.poll(() => store.agentsOf(team)).toEqual(['calculator', 'echo', 'weather']);
      expect(await store.agentsOf({ clientId: 'a', scopes: [] })).toEqual(['calculator', 'echo']);
      expect(await store.agentsOf({ clientId: 'b', scopes: ['starling/team:invoke'] })).toEqual(['echo', 'weather']);
    });

    it('answers * when any of it is every agent', async () => {
      await store.grant({ subject: 'scope:starling/agents:invoke', agent: '*' });
      await store.grant({ subject: 'client:a', agent: agent('echo') });
      const principal = { clientId: 'a', scopes: ['starling/agents:invoke'] };
      await expect.poll(() => store.agentsOf(principal)).toBe('*');
      expect(await store.agentsOf({ clientId: 'a', scopes: [] })).toEqual(['echo']);
    });

    it('asks for many scopes at once, some of them twice and some that none can be given to', async () => {
      const scopes = Array.from({ length: 50 }, (_, i) => `starling/team-${i}:invoke`);
      for (const [i, scope] of scopes.entries()) {
        await store.grant({ subject: `scope:${scope}`, agent: agent(`agent-${i % 10}`) });
      }
      const principal = { clientId: 'a'.repeat(3_000), scopes: [...scopes, ...scopes, '', 'x'.repeat(3_000)] };
      const agents = Array.from({ length: 10 }, (_, i) => `agent-${i}`);
      await expect.poll(() => store.agentsOf(principal)).toEqual(agents);
    });

    it('takes a client id for no scope and a scope for no client id', async () => {
      await store.grant({ subject: 'client:starling/x:invoke', agent: agent('echo') });
      await store.grant({ subject: 'scope:a', agent: agent('echo') });
      expect(await store.agentsOf({ clientId: 'a', scopes: ['starling/x:invoke'] })).toEqual([]);
    });

    it('compares names exactly', async () => {
      await store.grant({ subject: 'client:a', agent: agent('echo') });
      for (const clientId of ['A', 'a ', 'a%', '_', ''])
        expect(await store.agentsOf({ clientId, scopes: [] })).toEqual([]);
    });

    it('grants and revokes the same twice without harm', async () => {
      const grant: Grant = { subject: 'client:a', agent: agent('echo') };
      await store.grant(grant);
      await store.grant(grant);
      await expect.poll(() => store.list()).toEqual([grant]);
      await store.revoke(grant);
      await store.revoke(grant);
      await expect.poll(() => store.list()).toEqual([]);
      await expect.poll(() => store.agentsOf({ clientId: 'a', scopes: [] })).toEqual([]);
    });

    it('lists all, by subject and agent', async () => {
      await store.grant({ subject: 'scope:starling/echo:invoke', agent: agent('echo') });
      await store.grant({ subject: 'client:a', agent: agent('weather') });
      await store.grant({ subject: 'client:a', agent: '*' });
      await expect
        .poll(() => store.list())
        .toEqual([
          { subject: 'client:a', agent: '*' },
          { subject: 'client:a', agent: 'weather' },
          { subject: 'scope:starling/echo:invoke', agent: 'echo' },
        ]);
    });

    it.each([
      { subject: 'client:a', agent: 'echo*' },
      { subject: 'client:a', agent: 'e?ho' },
      { subject: 'client:a', agent: '../echo' },
      { subject: 'client:a', agent: '' },
      { subject: 'client:a', agent: '**' },
      { subject: 'client:', agent: 'echo' },
      { subject: 'role:a', agent: 'echo' },
      { subject: 'scope:a b', agent: 'echo' },
    ])('refuses $subject for $agent', async (grant) => {
      await expect(store.grant(grant as Grant)).rejects.toMatchObject({ code: 'INVALID_GRANT' });
      expect(await store.list()).toEqual([]);
    });
  });
}

function agent(id: string): AgentId {
  if (!isAgentId(id)) throw new Error(`${id} is no agent id`);
  return id;
}
