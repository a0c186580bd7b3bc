import { A2AError } from '#shared/a2a/errors.ts';
import { legacyMethods, operationMethods } from './methods.ts';

const SUPPORTED = '1.0';

/**
 * Refuses versions other than A2A 1.0. If the header is missing, the method's name decides. The specification reads a
 * missing header as 0.3 (§3.6), but calls with curl and calls of skills by name must work without the header.
 *
 * @throws A2AError VERSION_NOT_SUPPORTED
 */
export function checkVersion(asked: string | undefined, method: string): void {
  if (asked !== undefined && asked !== '') {
    if (asked !== SUPPORTED) throw notSupported(`A2A version ${asked.slice(0, 80)} is not supported`);
    return;
  }
  if (legacyMethods.has(method)) throw notSupported(`${method} is a method of A2A 0.3, which is not supported`);
}

function notSupported(what: string): A2AError {
  const names = [...operationMethods].join(', ');
  return new A2AError(
    'VERSION_NOT_SUPPORTED',
    `${what}. Send the header A2A-Version: ${SUPPORTED} and one of its methods (${names}).`,
    {
      metadata: { supportedVersions: SUPPORTED },
    },
  );
}
