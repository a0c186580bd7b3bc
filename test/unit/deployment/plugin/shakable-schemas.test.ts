import client from '@aws-sdk/client-s3/package.json' with { type: 'json' };
import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { sdkVersions } from '#deployment/plugin/bundle/sdk-versions.ts';
import { shakableSchemas, withPlainKeys } from '#deployment/plugin/bundle/shakable-schemas.ts';

describe('the keys of a schema', () => {
  it('are written out where they are plain constants of the file', () => {
    const code = 'const _a = "A-b";\nconst _n = 1;\nexport var X = [3, { [_a]: _a, [_n]: 2, [other]: 3 }];\n';
    expect(withPlainKeys(code)).toBe(
      'const _a = "A-b";\nconst _n = 1;\nexport var X = [3, { "A-b": _a, [_n]: 2, [other]: 3 }];\n',
    );
  });
});

describe('a bundle with S3', () => {
  const contents = `import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3'; export { GetObjectCommand, S3Client };`;

  async function bundled(plugins: (typeof shakableSchemas)[]): Promise<string> {
    const { outputFiles } = await build({
      stdin: { contents, resolveDir: import.meta.dirname },
      bundle: true,
      format: 'esm',
      platform: 'node',
      mainFields: ['module', 'main'],
      minify: true,
      write: false,
      plugins,
    });
    return outputFiles[0]?.text ?? '';
  }

  it('has what it uses and not the schemas of the rest', async () => {
    const [before, after] = await Promise.all([bundled([]), bundled([shakableSchemas])]);
    const unused = 'InventoryConfiguration';
    // If the SDK is written otherwise one day, the plugin has nothing to do any more, or does not do it.
    expect(before).toContain(unused);
    expect(after).not.toContain(unused);
    expect(after).toContain('GetObject');
  });

  it('has the version of the client, and no more of its package.json', async () => {
    const [before, after] = await Promise.all([bundled([]), bundled([sdkVersions])]);
    const rest = 'typesVersions';
    expect([before.includes(rest), after.includes(rest)]).toEqual([true, false]);
    expect(after.includes(client.version)).toBe(true);
  });
});
