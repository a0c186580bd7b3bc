import { parseJson } from '#shared/exact-json.ts';
import { isObject } from '#shared/objects.ts';
import { CliError, MeshError, UnreachableError } from '../errors.ts';

/** @throws UnreachableError */
export async function send(base: string, path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(base + path, init);
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw unreachable(base, error);
  }
}

/**
 * The JSON body of an answer of any status; undefined when the status says that there is no body.
 *
 * @throws UnreachableError when the connection breaks; CliError when the body is not JSON
 */
export async function readJson(base: string, response: Response): Promise<unknown> {
  if (response.status === 204) return undefined;
  let text: string;
  try {
    text = await response.text();
  } catch (error) {
    throw unreachable(base, error);
  }
  try {
    return parseJson(text);
  } catch {
    throw new CliError(
      'NOT_A_MESH',
      `${base} is not the address of a Starling mesh. It answered with HTTP ${response.status} and ${response.headers.get('content-type') ?? 'no content type'}. Check --url, STARLING_URL and STARLING_PORT.`,
    );
  }
}

export function unreachable(base: string, error: unknown): UnreachableError {
  const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  const code = cause?.code ?? cause?.message;
  // For a refused connection the sentence is enough. Another code may help.
  const why = code === undefined || code === 'ECONNREFUSED' ? '' : ` (${code})`;
  return new UnreachableError(`No mesh answers at ${base}${why}.`, {
    cause: error,
    advice(commands) {
      const start = commands.start();
      return start === undefined ? 'Check --url, --stage and the network.' : `Start one with: ${start}`;
    },
  });
}

interface ErrorDetail {
  readonly reason?: unknown;
}

/**
 * Reads the error of an answer. A mesh has four forms: JSON-RPC (`error.data[0].reason`), the admin API (`error.code`),
 * OAuth (`error`, `error_description`) and API Gateway (`message`).
 */
export function meshError(body: unknown, httpStatus: number): MeshError {
  const answer = isObject(body) ? body : {};
  const { error } = answer;
  if (isObject(error)) {
    const detail: ErrorDetail = Array.isArray(error.data) ? (error.data[0] ?? {}) : {};
    return new MeshError({
      code: text(detail.reason) ?? text(error.code) ?? `HTTP_${httpStatus}`,
      message: text(error.message) ?? NO_MESSAGE,
      httpStatus,
    });
  }
  return new MeshError({
    code: text(error) ?? `HTTP_${httpStatus}`,
    message: text(answer.error_description) ?? text(answer.message) ?? NO_MESSAGE,
    httpStatus,
  });
}

const NO_MESSAGE = 'the mesh gave no reason';

function text(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
