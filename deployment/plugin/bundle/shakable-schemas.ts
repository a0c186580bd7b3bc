import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/**
 * Lets the bundler drop the schemas of an SDK client that no used command needs: 60 KB for S3.
 *
 * The SDK writes an object's keys as constants, `{ [_hH]: _xae }`. For the bundler, a computed key may run code, so it keeps
 * every schema with such a key. This plugin replaces the constants by their values, which are strings in the same file.
 */
export const shakableSchemas: Plugin = {
  name: 'shakable-schemas',
  setup(build) {
    build.onLoad({ filter: /[\\/]@aws-sdk[\\/][^\\/]+[\\/]dist-es[\\/].*schemas_\d+\.js$/ }, async ({ path }) => ({
      contents: withPlainKeys(await readFile(path, 'utf8')),
      loader: 'js',
    }));
  },
};

export function withPlainKeys(code: string): string {
  const constants = new Map(
    [...code.matchAll(/^const (\w+) = ("[^"\\\n]*");$/gm)].map(([, name = '', value = '']) => [name, value]),
  );
  return code.replaceAll(/\[(\w+)\]:/g, (key, name: string) => {
    const value = constants.get(name);
    return value === undefined ? key : `${value}:`;
  });
}
