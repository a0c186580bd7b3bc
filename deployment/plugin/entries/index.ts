import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Hooks, Serverless } from '../osls.ts';
import { entryOf, folder, hostingOf } from './entry.ts';

/** Where serverless-esbuild bundles. */
const bundlerFolder = '.esbuild';

/**
 * Gives every function an entry of its own, which sets up the runtime of AWS before the handler's module is there, and
 * has that bundled instead of the handler. Standalone provides its own runtime and imports the handlers as they are.
 *
 * Listed before serverless-esbuild, which reads where a function's handler is when it bundles.
 */
export default class EntriesPlugin {
  readonly hooks: Hooks;
  readonly #serverless: Serverless;

  constructor(serverless: Serverless) {
    this.#serverless = serverless;
    this.hooks = {
      'before:package:createDeploymentArtifacts': () => this.#write(),
      'before:deploy:function:packageFunction': () => this.#write(),
    };
  }

  #write(): void {
    const { serviceDir, service } = this.#serverless;
    const target = join(serviceDir, folder);
    rmSync(target, { recursive: true, force: true });
    // The bundler packs whatever lies in its folder, also a bundle of an earlier run.
    rmSync(join(serviceDir, bundlerFolder), { recursive: true, force: true });
    mkdirSync(target, { recursive: true });
    for (const [name, definition] of Object.entries(service.functions)) {
      writeFileSync(join(target, `${name}.ts`), entryOf(name, definition.handler, hostingOf(name, service.functions)));
      definition.handler = `${folder}/${name}.handler`;
      // Maps are written beside the bundles, and stay out of what is deployed.
      definition.package = { ...definition.package, patterns: ['!**/*.map'] };
    }
  }
}
