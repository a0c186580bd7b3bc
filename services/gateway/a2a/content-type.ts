import { A2AError } from '#shared/a2a/errors.ts';
import type { GatewayContext } from '../environment.ts';

/** JSON in any spelling, and what curl sends unless it is told otherwise. */
const accepted = /^\s*(?:application\/(?:json|x-www-form-urlencoded|[\w.!#$&^-]+\+json))\s*(?:;|$)/i;

/** @throws A2AError CONTENT_TYPE_NOT_SUPPORTED */
export function checkContentType(context: GatewayContext): void {
  const type = context.req.header('content-type');
  if (type === undefined || type === 'application/json' || type === '' || accepted.test(type)) return;
  throw new A2AError(
    'CONTENT_TYPE_NOT_SUPPORTED',
    `The body of a call is JSON, and its Content-Type says ${type.slice(0, 80)}. Send Content-Type: application/json.`,
  );
}
