import { readFile } from 'node:fs/promises';
import type { Plugin } from 'esbuild';

/**
 * Leaves of the package.json of an SDK client what the client reads: its version, for the header `User-Agent`. The whole file
 * has 2.5 KB, and a function has up to seven clients.
 */
export const sdkVersions: Plugin = {
  name: 'sdk-versions',
  setup(build) {
    build.onLoad({ filter: /[\\/]@aws-sdk[\\/][^\\/]+[\\/]package\.json$/ }, async ({ path }) => {
      const { version } = JSON.parse(await readFile(path, 'utf8')) as { readonly version: string };
      return { contents: JSON.stringify({ version }), loader: 'json' };
    });
  },
};
