import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type BuildOptions, build } from 'esbuild';
import { messageOf } from '#shared/errors.ts';
import type { FunctionDefinition, Serverless } from '../osls.ts';
import type { Step } from '../step.ts';
import { sdkVersions } from './sdk-versions.ts';
import { shakableSchemas } from './shakable-schemas.ts';
import { zipOf } from './zip.ts';

/** The folder of bundles and their source maps. */
export const bundleFolder = '.esbuild';
const extension = '.mjs';

/**
 * Bundles the modules of all functions with esbuild, and makes an archive of each: one file, the bundle. Source maps stay in
 * {@link bundleFolder}. The options in `custom.esbuild` are esbuild's own.
 *
 * The same sources make the same archive, byte by byte: CloudFormation then sees that a function has not changed.
 */
export const bundle: Step = (serverless) => {
  serverless.configSchemaHandler.defineCustomProperties({ properties: { esbuild: { type: 'object' } } });
  return {
    async bundle() {
      const { serviceDir, service } = serverless;
      const functions = Object.values(service.functions);
      rmSync(join(serviceDir, bundleFolder), { recursive: true, force: true });
      await bundleAll(serverless, [...new Set(functions.map(moduleOf))]);
      const archives = join(serviceDir, '.serverless');
      mkdirSync(archives, { recursive: true });
      for (const [name, definition] of Object.entries(service.functions)) {
        const file = `${moduleOf(definition)}${extension}`;
        const archive = join(archives, `${name}.zip`);
        writeFileSync(archive, zipOf(file, readFileSync(join(serviceDir, bundleFolder, file))));
        definition.package = { artifact: relative(serviceDir, archive) };
      }
    },
  };
};

async function bundleAll({ serviceDir, service, classes }: Serverless, modules: readonly string[]): Promise<void> {
  try {
    await build({
      bundle: true,
      platform: 'node',
      format: 'esm',
      ...(service.custom?.esbuild as BuildOptions | undefined),
      // `node24` of `nodejs24.x`
      target: String(service.provider.runtime).replace(/^nodejs(\d+)\.x$/, 'node$1'),
      entryPoints: modules.map((module) => `${module}.ts`),
      absWorkingDir: serviceDir,
      outbase: serviceDir,
      outdir: bundleFolder,
      outExtension: { '.js': extension },
      plugins: [shakableSchemas, sdkVersions],
      logLevel: 'silent',
    });
  } catch (error) {
    throw new classes.Error(`The functions cannot be bundled. ${messageOf(error)}`, 'BUNDLE_FAILED');
  }
}

/** `build/functions/echo` of the handler `build/functions/echo.handler`. */
function moduleOf({ handler }: FunctionDefinition): string {
  return handler.slice(0, handler.lastIndexOf('.'));
}
