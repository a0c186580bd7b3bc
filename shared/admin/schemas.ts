/**
 * The admin API's JSON (`/admin/…`, scope starling/gateway:admin). Each schema documents an answer or a body, and gives its
 * type. The CLI and the console read these types. Times are RFC 3339 in UTC.
 */
import type { FromSchema, JSONSchema } from 'json-schema-to-ts';
import type { Task, TaskState } from '#shared/a2a/types.ts';

const time = { type: 'string', format: 'date-time' } as const;
const text = { type: 'string' } as const;
const count = { type: 'integer', minimum: 0 } as const;
const next = { type: 'string', description: 'The cursor of the next page. The last page has none.' } as const;

const skill = { id: text, name: text, description: text } as const;
const skillRequired = ['id', 'name', 'description'] as const;
const jsonSchema = { type: 'object', additionalProperties: true } as const;

const agent = {
  id: text,
  name: text,
  version: text,
  description: text,
  public: { type: 'boolean', description: 'Whether anyone may read its card without a token.' },
  deadline: { type: 'integer', description: 'Seconds that a task of this agent may take.' },
  updatedAt: time,
} as const;
const agentRequired = ['id', 'name', 'version', 'description', 'public', 'deadline', 'skills', 'updatedAt'] as const;

const listedAgent = {
  type: 'object',
  properties: {
    ...agent,
    skills: {
      type: 'array',
      items: { type: 'object', properties: skill, required: skillRequired, additionalProperties: false },
    },
  },
  required: agentRequired,
  additionalProperties: false,
} as const;

export const adminAgent = {
  type: 'object',
  properties: {
    ...agent,
    skills: {
      type: 'array',
      items: {
        type: 'object',
        properties: {
          ...skill,
          input: {
            ...jsonSchema,
            description: 'The JSON Schema of the params. Without it, the skill takes any params.',
          },
          output: { ...jsonSchema, description: 'The JSON Schema of the result.' },
        },
        required: skillRequired,
        additionalProperties: false,
      },
    },
  },
  required: agentRequired,
  additionalProperties: false,
} as const;

export const adminAgents = {
  type: 'object',
  properties: { agents: { type: 'array', items: listedAgent } },
  required: ['agents'],
  additionalProperties: false,
} as const;

const taskState = { type: 'string', description: 'A TaskState of A2A 1.0.', pattern: '^TASK_STATE_[A-Z_]+$' } as const;

export const adminTaskRecord = {
  type: 'object',
  description: 'What the store keeps of a task beside its log.',
  properties: {
    id: text,
    contextId: text,
    agentId: text,
    owner: { type: 'string', description: 'The client id of the principal that made the task.' },
    state: taskState,
    turn: { type: 'integer', minimum: 1 },
    attempt: { type: 'integer', minimum: 0, description: '0 until the agent publishes its first event of the turn.' },
    createdAt: time,
    statusAt: time,
    deadline: time,
  },
  required: ['id', 'contextId', 'agentId', 'owner', 'state', 'turn', 'attempt', 'createdAt', 'statusAt', 'deadline'],
  additionalProperties: false,
} as const;

export const adminTasks = {
  type: 'object',
  properties: { tasks: { type: 'array', items: adminTaskRecord }, next },
  required: ['tasks'],
  additionalProperties: false,
} as const;

export const adminLogEntry = {
  type: 'object',
  description: "An entry of a task's log, without its contents.",
  properties: {
    position: { type: 'integer', minimum: 1 },
    kind: { enum: ['message', 'status', 'artifact'] },
    turn: { type: 'integer', minimum: 1 },
    attempt: count,
    state: { ...taskState, description: 'Of a message or a status.' },
    artifactId: { type: 'string', description: 'Of an artifact.' },
    at: { ...time, description: 'Of a message or a status. The chunks of an artifact have no time.' },
  },
  required: ['position', 'kind', 'turn', 'attempt'],
  additionalProperties: false,
} as const;

export const adminFailedAttempt = {
  type: 'object',
  description: 'An attempt of the agent that failed. Clients never see its cause.',
  properties: {
    turn: { type: 'integer', minimum: 1 },
    attempt: { type: 'integer', minimum: 1 },
    final: { type: 'boolean', description: 'Whether no other attempt followed.' },
    failedAt: time,
    cause: {
      type: 'object',
      description: 'The error, without secrets that can be recognized.',
      properties: { name: text, message: text, details: { type: 'string', description: 'The stack and the causes.' } },
      required: ['name', 'message'],
      additionalProperties: false,
    },
  },
  required: ['turn', 'attempt', 'final', 'failedAt', 'cause'],
  additionalProperties: false,
} as const;

export const adminTask = {
  type: 'object',
  properties: {
    task: { type: 'object', description: 'A Task of A2A 1.0 in ProtoJSON.' },
    record: adminTaskRecord,
    log: { type: 'array', items: adminLogEntry },
    failedAttempts: { type: 'array', items: adminFailedAttempt, description: 'In their order.' },
  },
  required: ['task', 'record', 'log', 'failedAttempts'],
  additionalProperties: false,
} as const;

export const adminQuarantinedEvent = {
  type: 'object',
  description: 'An event that broke its contract.',
  properties: {
    id: text,
    at: { ...time, description: 'When the mesh put the event into quarantine.' },
    reason: text,
    event: {
      type: 'string',
      description: 'The event as it came. It may be no JSON. It is absent when only the reason is left.',
    },
  },
  required: ['id', 'at', 'reason'],
  additionalProperties: false,
} as const;

export const adminQuarantine = {
  type: 'object',
  properties: { events: { type: 'array', items: adminQuarantinedEvent, description: 'The newest first.' }, next },
  required: ['events'],
  additionalProperties: false,
} as const;

export const adminError = {
  type: 'object',
  properties: {
    error: {
      type: 'object',
      properties: { code: text, message: text },
      required: ['code', 'message'],
      additionalProperties: false,
    },
  },
  required: ['error'],
  additionalProperties: false,
} as const;

type ReadonlyDeep<Value> = Value extends object ? { readonly [Key in keyof Value]: ReadonlyDeep<Value[Key]> } : Value;
type JsonOf<Schema extends JSONSchema> = ReadonlyDeep<FromSchema<Schema>>;

export type AdminAgent = JsonOf<typeof adminAgent>;
export type AdminAgents = JsonOf<typeof adminAgents>;
export type AdminTaskRecord = Omit<JsonOf<typeof adminTaskRecord>, 'state'> & { readonly state: TaskState };
export type AdminLogEntry = Omit<JsonOf<typeof adminLogEntry>, 'state'> & { readonly state?: TaskState };
export type AdminFailedAttempt = JsonOf<typeof adminFailedAttempt>;
export type AdminTasks = Omit<JsonOf<typeof adminTasks>, 'tasks'> & { readonly tasks: readonly AdminTaskRecord[] };
export interface AdminTask {
  readonly task: Task;
  readonly record: AdminTaskRecord;
  readonly log: readonly AdminLogEntry[];
  readonly failedAttempts: readonly AdminFailedAttempt[];
}
export type AdminQuarantinedEvent = JsonOf<typeof adminQuarantinedEvent>;
export type AdminQuarantine = JsonOf<typeof adminQuarantine>;
export type AdminErrorBody = JsonOf<typeof adminError>;

/** The header of GET /admin/events: the position after which the stream begins. A client that got no event resumes there. */
export const POSITION_HEADER = 'Starling-Position';
