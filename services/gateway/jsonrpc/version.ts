import { A2AError } from '#shared/a2a/errors.ts';
import { legacyMethods, operationMethods } from './methods.ts';

const SUPPORTED = '1.0';

/**
 * Refuses what is not A2A 1.0. Without a version the method's name decides: the specification takes a missing header for
 * 0.3 (§3.6), but curl users and skills called by their name are not to be sent away for it.
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
