import { A2AError } from '#shared/a2a/errors.ts';
import type { GatewayContext } from '../environment.ts';
import type { Version } from './dialects/dialect.ts';

const versions: readonly Version[] = ['1.0', '0.3'];

/**
 * The version of A2A that a request names. Patch numbers do not count (§3.6). Undefined: it names none. The specification then
 * reads 0.3, but calls with curl must work without the header, so the name of the method or the path tells the version.
 *
 * @throws A2AError VERSION_NOT_SUPPORTED
 */
export function versionOf(context: GatewayContext): Version | undefined {
  const asked = (context.req.header('a2a-version') ?? context.req.query('A2A-Version') ?? '').trim();
  return asked === '' ? undefined : readVersion(asked);
}

export function readVersion(asked: string): Version {
  const [, majorMinor] = /^(\d+\.\d+)(?:\.\d{1,9})?$/.exec(asked) ?? [];
  const version = versions.find((each) => each === majorMinor);
  if (version !== undefined) return version;
  throw new A2AError(
    'VERSION_NOT_SUPPORTED',
    `A2A version ${asked.slice(0, 80)} is not supported. Send the header A2A-Version: 1.0, or 0.3 for its methods.`,
    { metadata: { supportedVersions: versions.join(', ') } },
  );
}
