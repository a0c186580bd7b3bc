import type { Hooks, Serverless } from '../osls.ts';
import { shakableSchemas } from './shakable-schemas.ts';

/** Gives the bundler what cannot stand in serverless.yml. Listed before serverless-esbuild, which reads it at the start. */
export default class BundlePlugin {
  readonly hooks: Hooks;

  constructor(serverless: Serverless) {
    this.hooks = {
      initialize: () => {
        const { custom } = serverless.service;
        if (custom?.esbuild) custom.esbuild = { ...custom.esbuild, plugins: [shakableSchemas] };
      },
    };
  }
}
