import { StarlingError } from '#shared/errors.ts';

/** Stable names of errors, each with its JSON-RPC code and its HTTP status (A2A 1.0 §5.4, §9.5, §11.6). */
const errors = {
  TASK_NOT_FOUND: { code: -32001, status: 404 },
  TASK_NOT_CANCELABLE: { code: -32002, status: 400 },
  PUSH_NOTIFICATION_NOT_SUPPORTED: { code: -32003, status: 400 },
  UNSUPPORTED_OPERATION: { code: -32004, status: 400 },
  CONTENT_TYPE_NOT_SUPPORTED: { code: -32005, status: 400 },
  INVALID_AGENT_RESPONSE: { code: -32006, status: 500 },
  EXTENDED_AGENT_CARD_NOT_CONFIGURED: { code: -32007, status: 400 },
  EXTENSION_SUPPORT_REQUIRED: { code: -32008, status: 400 },
  VERSION_NOT_SUPPORTED: { code: -32009, status: 400 },
  PARSE_ERROR: { code: -32700, status: 400 },
  INVALID_REQUEST: { code: -32600, status: 400 },
  METHOD_NOT_FOUND: { code: -32601, status: 404 },
  INVALID_PARAMS: { code: -32602, status: 400 },
  INTERNAL_ERROR: { code: -32603, status: 500 },
  // Starling's own codes, from the range that JSON-RPC leaves to servers.
  AGENT_NOT_FOUND: { code: -32050, status: 404 },
  PAYLOAD_TOO_LARGE: { code: -32051, status: 413 },
  STORE_UNAVAILABLE: { code: -32052, status: 503 },
  TOO_MANY_CONNECTIONS: { code: -32053, status: 429 },
  TOO_MANY_UNREAD_ANSWERS: { code: -32054, status: 429 },
  MESH_BUSY: { code: -32055, status: 503 },
  ANSWER_TOO_LARGE: { code: -32056, status: 400 },
  TOO_MANY_OPEN_REQUESTS: { code: -32057, status: 429 },
  IDEMPOTENCY_KEY_REUSED: { code: -32058, status: 409 },
  TASK_FAILED: { code: -32060, status: 500 },
  TASK_REJECTED: { code: -32061, status: 400 },
  TASK_CANCELED: { code: -32062, status: 400 },
  TASK_WAITS_FOR_CLIENT: { code: -32063, status: 400 },
  WAIT_ENDED: { code: -32064, status: 504 },
} as const;

export type A2AErrorReason = keyof typeof errors;

const namesOfStatus: Readonly<Record<number, string>> = {
  400: 'FAILED_PRECONDITION',
  404: 'NOT_FOUND',
  409: 'ALREADY_EXISTS',
  413: 'INVALID_ARGUMENT',
  429: 'RESOURCE_EXHAUSTED',
  500: 'INTERNAL',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};
const statusNames = {
  CONTENT_TYPE_NOT_SUPPORTED: 'INVALID_ARGUMENT',
  PARSE_ERROR: 'INVALID_ARGUMENT',
  INVALID_REQUEST: 'INVALID_ARGUMENT',
  INVALID_PARAMS: 'INVALID_ARGUMENT',
  ANSWER_TOO_LARGE: 'OUT_OF_RANGE',
  TASK_REJECTED: 'ABORTED',
  TASK_CANCELED: 'CANCELLED',
} as const satisfies Partial<Record<A2AErrorReason, string>>;

/** An error as a caller sees it. It is the same for every binding. */
export class A2AError extends StarlingError {
  readonly reason: A2AErrorReason;
  readonly metadata: Readonly<Record<string, string>>;
  /** The field of the params that is wrong: `message.parts`. */
  readonly field: string | undefined;

  constructor(
    reason: A2AErrorReason,
    message: string,
    options: { cause?: unknown; metadata?: Record<string, string>; field?: string } = {},
  ) {
    super(reason, message, options);
    this.reason = reason;
    this.metadata = options.metadata ?? {};
    this.field = options.field;
  }

  get jsonRpcCode(): number {
    return errors[this.reason].code;
  }

  get httpStatus(): number {
    return errors[this.reason].status;
  }

  /** The name of a code of gRPC, which errors over HTTP carry beside the number (§11.6). */
  get statusName(): string {
    const known: Partial<Record<A2AErrorReason, string>> = statusNames;
    return known[this.reason] ?? namesOfStatus[this.httpStatus] ?? 'UNKNOWN';
  }

  /** The details that both bindings carry: google.rpc.ErrorInfo, and google.rpc.BadRequest for a wrong field. */
  get details(): readonly object[] {
    const { field } = this;
    return [
      {
        '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
        reason: this.reason,
        domain: this.jsonRpcCode <= -32010 && this.jsonRpcCode > -32100 ? 'starling' : 'a2a-protocol.org',
        metadata: this.metadata,
      },
      ...(field === undefined
        ? []
        : [
            {
              '@type': 'type.googleapis.com/google.rpc.BadRequest',
              fieldViolations: [{ field, description: this.message }],
            },
          ]),
    ];
  }
}

/** The error for every operation and option of push notifications. The cards of this mesh say that it has none. */
export function pushNotSupported(): A2AError {
  return new A2AError(
    'PUSH_NOTIFICATION_NOT_SUPPORTED',
    'This agent sends no push notifications: see capabilities in its card.',
  );
}

/** The error for a task that does not exist, and for a task that the caller may not see. The two look the same. */
export function taskNotFound(taskId: string): A2AError {
  return new A2AError('TASK_NOT_FOUND', `There is no task ${taskId.slice(0, 80)} for you at this agent.`);
}
