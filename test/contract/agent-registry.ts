import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AgentId } from '#shared/ids.ts';
import type { AgentRecord, AgentRegistry, JsonSchema } from '#shared/ports/agent-registry.ts';
import type { BusEntry, BusEvent } from '#shared/ports/event-bus.ts';

export interface AgentRegistrySubject {
  readonly registry: AgentRegistry;
  /** The registry's events so far, the oldest first. */
  published(): Promise<readonly BusEvent[]>;
  close(): Promise<void>;
}

/** What every AgentRegistry does. */
export function agentRegistryContract(name: string, open: () => Promise<AgentRegistrySubject>): void {
  describe(`AgentRegistry: ${name}`, () => {
    let subject: AgentRegistrySubject;
    let registry: AgentRegistry;

    beforeEach(async () => {
      subject = await open();
      registry = subject.registry;
    });
    afterEach(() => subject.close());

    const record = (id: string, changes: Partial<AgentRecord> = {}): AgentRecord => ({
      id: id as AgentId,
      card: {
        name: `The ${id}`,
        description: 'Does it.',
        version: '1.0.0',
        capabilities: { streaming: true, pushNotifications: false, extendedAgentCard: false },
        defaultInputModes: ['text/plain'],
        defaultOutputModes: ['text/plain'],
        skills: [{ id: 'do', name: 'Do', description: 'Does it.', tags: ['test'] }],
      },
      skillSchemas: [{ id: 'do', input: { type: 'object' } }],
      public: true,
      deadline: 300,
      ...changes,
    });
    const changed = (agent: AgentRecord) => (change: string) => event(change, agent.id);
    const event = (detailType: string, id: string): BusEntry => ({
      source: 'starling.registry',
      detailType,
      detail: { agent: id },
    });
    const put = (agent: AgentRecord) => registry.put(agent, changed(agent));
    const published = async () =>
      (await subject.published()).map(
        ({ detail, ...rest }) => `${rest['detail-type']} ${(detail as { agent: string }).agent}`,
      );

    it('registers an agent and publishes', async () => {
      const echo = record('echo');
      expect(await put(echo)).toBe('registered');
      expect(await registry.get(echo.id)).toEqual({ ...echo, updatedAt: expect.any(Number) });
      await expect.poll(() => registry.list()).toMatchObject([echo]);
      expect(await published()).toEqual(['registered echo']);
    });

    it('neither changes nor publishes what is the same', async () => {
      await put(record('echo'));
      expect(await put(record('echo'))).toBe('unchanged');
      expect(await published()).toEqual(['registered echo']);
    });

    it.each([
      ['card', { card: { ...record('echo').card, version: '1.0.1' } }],
      ['schemas', { skillSchemas: [] }],
      ['visibility', { public: false }],
      ['deadline', { deadline: 10 }],
    ])('updates an agent whose %s changed', async (_, changes) => {
      await put(record('echo'));
      const after = record('echo', changes);
      expect(await put(after)).toBe('updated');
      expect(await registry.get(after.id)).toMatchObject(after);
      expect(await published()).toEqual(['registered echo', 'updated echo']);
    });

    it('registers once what is put twice at once', async () => {
      expect((await Promise.all([put(record('echo')), put(record('echo'))])).toSorted()).toEqual([
        'registered',
        'unchanged',
      ]);
      expect(await published()).toEqual(['registered echo']);
    });

    it('deactivates once', async () => {
      const { id } = record('echo');
      await put(record('echo'));
      const gone = event('gone', id);
      expect(await Promise.all([registry.deactivate(id, gone), registry.deactivate(id, gone)])).toEqual([true, false]);
      expect(await registry.get(id)).toBeUndefined();
      await expect.poll(() => registry.list()).toEqual([]);
      expect(await published()).toEqual(['registered echo', 'gone echo']);
    });

    it('deactivates no agent that is not there', async () => {
      expect(await registry.deactivate('echo' as AgentId, event('gone', 'echo'))).toBe(false);
      expect(await published()).toEqual([]);
    });

    it('registers anew an agent that comes back, also unchanged', async () => {
      await put(record('echo'));
      await registry.deactivate('echo' as AgentId, event('gone', 'echo'));
      expect(await put(record('echo'))).toBe('registered');
      expect(await registry.get('echo' as AgentId)).toMatchObject(record('echo'));
    });

    it('does not change what it cannot publish', async () => {
      const echo = record('echo');
      await expect(registry.put(echo, () => ({ ...event('registered', 'echo'), source: '' }))).rejects.toThrow();
      expect(await registry.get(echo.id)).toBeUndefined();
      expect(await put(echo)).toBe('registered');
      await expect(registry.deactivate(echo.id, { ...event('gone', 'echo'), source: '' })).rejects.toThrow();
      expect(await registry.get(echo.id)).toBeDefined();
    });

    it('takes deep schemas and other scripts, and no record that is too large', async () => {
      let schema: JsonSchema = { const: 1e300 };
      for (let i = 0; i < 50; i++) schema = { properties: { 날씨: schema } };
      const deep = record('deep', { skillSchemas: [{ id: 'do', input: schema }] });
      await put(deep);
      expect(await registry.get(deep.id)).toMatchObject(deep);

      const { card } = record('large');
      const large = record('large', { card: { ...card, description: '날'.repeat(40_000) } });
      await expect(put(large)).rejects.toMatchObject({ code: 'AGENT_TOO_LARGE' });
      expect(await registry.get(large.id)).toBeUndefined();
      expect(await published()).toEqual(['registered deep']);
    });

    it('lists agents by id', async () => {
      for (const id of ['weather', 'calculator', 'echo']) await put(record(id));
      const ids = async () => (await registry.list()).map(({ id }) => id);
      await expect.poll(ids).toEqual(['calculator', 'echo', 'weather']);
      expect(await registry.get('nobody' as AgentId)).toBeUndefined();
    });
  });
}
