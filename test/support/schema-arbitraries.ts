import fc from 'fast-check';
import type { EventCatalog } from '#shared/events/catalog.ts';
import type * as t from '#shared/generated/types.ts';

type RequiredKeys<T> = { [K in keyof T]-?: Record<never, never> extends Pick<T, K> ? never : K }[keyof T];

/** An arbitrary of every property of the type: tsc refuses one that is missing, unknown, or of another type. */
function record<T extends object>(
  fields: { [K in keyof T]-?: fc.Arbitrary<Exclude<T[K], undefined>> },
  requiredKeys: RequiredKeys<T>[],
): fc.Arbitrary<T> {
  return fc.record(fields, { requiredKeys }) as unknown as fc.Arbitrary<T>;
}

const INT = 2_147_483_647;
const from = (min: number) => fc.integer({ min, max: INT });
const text = (maxLength: number, minLength = 0) =>
  fc.string({ unit: 'binary', minLength, maxLength: Math.min(maxLength, 40) });
const list = <T>(of: fc.Arbitrary<T>, minLength = 0) => fc.array(of, { minLength, maxLength: 3 });
const free = fc.dictionary(fc.string(), fc.jsonValue() as fc.Arbitrary<unknown>, { maxKeys: 3 });
const utc = fc
  .date({ min: new Date(0), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
  .map((date) => date.toISOString());
const time = fc.oneof(
  utc,
  utc.map((instant) => instant.replace(/\.\d+Z$/, '+09:00')),
);

const ids = {
  taskId: fc.oneof(fc.uuid(), text(128, 1)),
  contextId: fc.oneof(fc.uuid(), text(128, 1)),
  agentId: fc.stringMatching(/^[a-z][a-z0-9-]{0,63}$/),
  turn: from(1),
};
const partOptions = { metadata: free, filename: text(1024), mediaType: text(255) };

const part: fc.Arbitrary<t.Part> = fc.oneof(
  record<t.TextPart>({ text: text(1000), ...partOptions }, ['text']),
  record<t.RawPart>({ raw: fc.base64String(), ...partOptions }, ['raw']),
  record<t.UrlPart>({ url: fc.webUrl(), ...partOptions }, ['url']),
  record<t.DataPart>({ data: fc.jsonValue(), ...partOptions }, ['data']),
);

const message = record<t.Message>(
  {
    messageId: text(256, 1),
    role: fc.constantFrom('ROLE_USER', 'ROLE_AGENT'),
    parts: list(part, 1),
    contextId: text(128),
    taskId: text(128),
    metadata: free,
    extensions: list(text(2048)),
    referenceTaskIds: list(text(128)),
  },
  ['messageId', 'role', 'parts'],
);

const artifact = record<t.Artifact>(
  {
    artifactId: text(256, 1),
    name: text(1024),
    description: text(20_000),
    parts: list(part, 1),
    metadata: free,
    extensions: list(text(2048)),
  },
  ['artifactId', 'parts'],
);

const status = record<t.TaskStatus>(
  {
    state: fc.constantFrom(
      'TASK_STATE_SUBMITTED',
      'TASK_STATE_WORKING',
      'TASK_STATE_COMPLETED',
      'TASK_STATE_FAILED',
      'TASK_STATE_CANCELED',
      'TASK_STATE_INPUT_REQUIRED',
      'TASK_STATE_REJECTED',
      'TASK_STATE_AUTH_REQUIRED',
    ),
    message,
    timestamp: time,
  },
  ['state', 'timestamp'],
);

const principal = record<t.Principal>({ id: text(256, 1), scopes: list(text(256, 1)) }, ['id', 'scopes']);

const skill = record<t.AgentSkill>(
  {
    id: text(256, 1),
    name: text(1024),
    description: text(20_000),
    tags: list(text(256)),
    examples: list(text(20_000)),
    inputModes: list(text(256)),
    outputModes: list(text(256)),
    securityRequirements: list(free),
  },
  ['id', 'name', 'description', 'tags'],
);

const extension = record<t.AgentExtension>(
  { uri: text(2048, 1), description: text(20_000), required: fc.boolean(), params: free },
  ['uri'],
);

const card = record<t.AgentCard>(
  {
    name: text(1024, 1),
    description: text(20_000),
    version: text(256),
    skills: list(skill),
    supportedInterfaces: list(
      record<t.AgentInterface>(
        { url: text(8192, 1), protocolBinding: text(64, 1), protocolVersion: text(32), tenant: text(256) },
        ['url', 'protocolBinding'],
      ),
    ),
    capabilities: record<t.AgentCapabilities>(
      {
        streaming: fc.boolean(),
        pushNotifications: fc.boolean(),
        extendedAgentCard: fc.boolean(),
        extensions: list(extension),
      },
      [],
    ),
    defaultInputModes: list(text(256)),
    defaultOutputModes: list(text(256)),
    provider: record<t.AgentProvider>({ organization: text(1024), url: text(8192) }, ['organization']),
    securitySchemes: fc.dictionary(fc.string(), free, { maxKeys: 2 }),
    securityRequirements: list(free),
    signatures: list(free),
    documentationUrl: text(8192),
    iconUrl: text(8192),
  },
  ['name', 'description', 'version', 'skills'],
);

const registration = {
  agentId: ids.agentId,
  card,
  skillSchemas: list(record<t.SkillSchema>({ id: text(256, 1), input: free, output: free }, ['id'])),
  public: fc.boolean(),
};

const blob = record<t.BlobReference>(
  { uri: text(2048, 1), size: fc.maxSafeNat(), sha256: fc.stringMatching(/^[0-9a-f]{64}$/) },
  ['uri', 'size', 'sha256'],
);

/** Any data of each event. An event without an arbitrary does not compile. */
export const events: { readonly [Name in keyof EventCatalog]: fc.Arbitrary<EventCatalog[Name]> } = {
  'TaskRequested.v1': record<t.TaskRequestedV1>(
    {
      ...ids,
      message,
      history: list(message),
      historyRef: blob,
      deadline: utc,
      attemptBase: from(0),
      principal,
      skill: text(256, 1),
      acceptedOutputModes: list(text(255)),
      metadata: free,
    },
    ['taskId', 'contextId', 'agentId', 'turn', 'message', 'deadline', 'attemptBase', 'principal'],
  ),
  'TaskStatusChanged.v1': record<t.TaskStatusChangedV1>(
    {
      ...ids,
      attempt: from(0),
      sequence: from(0),
      status,
      artifacts: list(artifact),
      artifactsOmitted: fc.boolean(),
      usage: record<t.Usage>(
        {
          inputTokens: fc.maxSafeNat(),
          outputTokens: fc.maxSafeNat(),
          model: text(256),
          cost: fc.double({ min: 0, noNaN: true, noDefaultInfinity: true }),
        },
        [],
      ),
      metadata: free,
    },
    ['taskId', 'contextId', 'agentId', 'turn', 'attempt', 'sequence', 'status'],
  ),
  'TaskArtifact.v1': record<t.TaskArtifactV1>(
    {
      ...ids,
      attempt: from(1),
      sequence: from(1),
      artifact,
      append: fc.boolean(),
      lastChunk: fc.boolean(),
      metadata: free,
    },
    ['taskId', 'contextId', 'agentId', 'turn', 'attempt', 'sequence', 'artifact', 'append', 'lastChunk'],
  ),
  'TaskCancelRequested.v1': record<t.TaskCancelRequestedV1>({ ...ids, reason: text(2000), principal }, [
    'taskId',
    'contextId',
    'agentId',
    'turn',
  ]),
  'TaskAttemptFailed.v1': record<t.TaskAttemptFailedV1>(
    {
      ...ids,
      attempt: from(1),
      final: fc.boolean(),
      failedAt: utc,
      cause: record<t.TaskAttemptFailedV1['cause']>({ name: text(200), message: text(4_000), details: text(8_000) }, [
        'name',
        'message',
      ]),
    },
    ['taskId', 'contextId', 'agentId', 'turn', 'attempt', 'final', 'failedAt', 'cause'],
  ),
  'AgentRegistered.v1': record<t.AgentRegisteredV1>(registration, ['agentId', 'card', 'skillSchemas', 'public']),
  'AgentUpdated.v1': record<t.AgentUpdatedV1>(registration, ['agentId', 'card', 'skillSchemas', 'public']),
  'AgentDeregistered.v1': record<t.AgentDeregisteredV1>({ agentId: ids.agentId, reason: text(2000) }, ['agentId']),
};
