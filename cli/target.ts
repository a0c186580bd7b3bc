import { readSettings, type Settings } from '../shared/runtime/settings.ts';
import { UsageError } from './errors.ts';

/** Options that every command has. */
export interface GlobalOptions {
  readonly url?: string;
  readonly data?: string;
}

/** The mesh that is meant: an option goes before its variable, and without both the mesh's own defaults hold. */
export type Target = Pick<Settings, 'url' | 'data' | 'bus' | 'artifactStream'>;

/** @throws UsageError, ConfigurationError */
export function readTarget({ url, data }: GlobalOptions): Target {
  const env = { ...process.env, ...(data !== undefined && { STARLING_DATA: data }) };
  const given = url ?? process.env.STARLING_URL;
  const own = readSettings(env, false);
  const settings = given ? { ...own, url: given.replace(/\/+$/, '') } : own;
  const protocol = URL.parse(settings.url)?.protocol;
  if (protocol !== 'http:' && protocol !== 'https:') {
    throw new UsageError(
      `"${settings.url}" is no address of a mesh: --url and STARLING_URL take one like http://127.0.0.1:4280.`,
    );
  }
  return settings;
}
