import type { EventCatalog } from '#shared/events/catalog.ts';

const ids = { taskId: 'task-1', contextId: 'context-1', agentId: 'echo' };
const place = { ...ids, turn: 1, attempt: 2, sequence: 3 };
const message = {
  messageId: 'm-1',
  role: 'ROLE_USER',
  parts: [{ text: 'Grüße "an" 東京\n' }, { data: { deep: [1, 2.5, { a: true }] }, mediaType: 'application/json' }],
  metadata: { any: ['thing', 7] },
} as const;
const agent = {
  agentId: 'echo',
  card: {
    name: 'Echo',
    description: 'Returns what it is sent.',
    version: '1.0.0',
    capabilities: { streaming: true },
    defaultInputModes: ['text/plain'],
    skills: [{ id: 'echo', name: 'Echo', description: 'Returns it.', tags: ['test'], examples: ['hello'] }],
  },
  skillSchemas: [{ id: 'echo' }],
  public: true,
};

/** An event of each kind, with what languages read differently: times, numbers, free objects, text of the world. */
export const samples: { readonly [Name in keyof EventCatalog]: EventCatalog[Name] } = {
  'TaskRequested.v1': {
    ...ids,
    turn: 1,
    attemptBase: 0,
    message: { ...message, parts: [...message.parts] },
    deadline: '2026-01-31T09:30:00.000Z',
    principal: { id: 'app', scopes: ['starling/echo:invoke'] },
    skill: 'echo',
    metadata: { free: { nested: [] } },
  },
  'TaskCancelRequested.v1': { ...ids, turn: 1, reason: 'no longer needed' },
  'TaskStatusChanged.v1': {
    ...place,
    status: { state: 'TASK_STATE_INPUT_REQUIRED', timestamp: '2026-01-31T18:30:00.120+09:00' },
  },
  'TaskArtifact.v1': {
    ...place,
    artifact: { artifactId: 'a', name: 'picture', parts: [{ raw: 'AP8=', filename: 'x.png', mediaType: 'image/png' }] },
    append: false,
    lastChunk: true,
  },
  'TaskAttemptFailed.v1': {
    ...ids,
    turn: 1,
    attempt: 2,
    final: false,
    failedAt: '2026-01-31T09:30:00.000Z',
    cause: { name: 'TypeError', message: 'Grüße is not a function', details: 'TypeError: …\n  at handler.ts:3:5' },
  },
  'AgentRegistered.v1': agent,
  'AgentUpdated.v1': { ...agent, public: false },
  'AgentDeregistered.v1': { agentId: 'echo', reason: 'gone from the manifest' },
};
