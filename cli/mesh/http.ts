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

/** The body of an answer, whatever its status. */
export async function readJson(base: string, response: Response): Promise<unknown> {
  let text: string;
  try {
    text = await response.text();
  } catch (error) {
    throw unreachable(base, error);
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new CliError(
      `What answers at ${base} is no Starling mesh (HTTP ${response.status}, ${response.headers.get('content-type') ?? 'no content type'}). Check --url, STARLING_URL and STARLING_PORT.`,
    );
  }
}

export function unreachable(base: string, error: unknown): UnreachableError {
  const cause = error instanceof Error ? (error.cause as NodeJS.ErrnoException | undefined) : undefined;
  const code = cause?.code ?? cause?.message;
  // A refused connection says it all; anything else may be of use.
  const why = code === undefined || code === 'ECONNREFUSED' ? '' : ` (${code})`;
  return new UnreachableError(`No mesh answers at ${base}${why}. Start one with: npm start`, { cause: error });
}

interface ErrorDetail {
  readonly reason?: unknown;
  readonly metadata?: { readonly taskId?: unknown };
}

/**
 * The error of an answer in any of the forms that a mesh has: JSON-RPC (`error.data[0].reason`), the admin API
 * (`error.code`), OAuth (`error`, `error_description`), API Gateway (`message`).
 */
export function meshError(body: unknown, httpStatus: number): MeshError {
  const answer = isObject(body) ? body : {};
  const { error } = answer;
  if (isObject(error)) {
    const detail: ErrorDetail = Array.isArray(error.data) ? (error.data[0] ?? {}) : {};
    const taskId = detail.metadata?.taskId;
    return new MeshError({
      code: text(detail.reason) ?? text(error.code) ?? `HTTP_${httpStatus}`,
      message: text(error.message) ?? 'the mesh does not say why',
      httpStatus,
      taskId: typeof taskId === 'string' ? taskId : undefined,
    });
  }
  return new MeshError({
    code: text(error) ?? `HTTP_${httpStatus}`,
    message: text(answer.error_description) ?? text(answer.message) ?? 'the mesh does not say why',
    httpStatus,
  });
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
