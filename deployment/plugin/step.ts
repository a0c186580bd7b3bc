import type { Hooks, PluginLog, Serverless } from './osls.ts';

/** The work of a step at each moment of packaging. At one moment, the steps run in the order of their list. */
export interface Moments {
  /** Reads and checks serverless.yml, before anything is bundled: a mistake shows within a second. */
  readonly prepare?: () => void | Promise<void>;
  /** Makes the archive of each function. */
  readonly bundle?: () => void | Promise<void>;
  /** Adds resources to the template, beside those that osls makes of functions and events. */
  readonly compile?: () => void | Promise<void>;
  /** Changes the finished template, which has the resources of serverless.yml too. */
  readonly finish?: () => void | Promise<void>;
}

/**
 * A part of what `serverless package` makes.
 *
 * A step is called once, when serverless starts. There it defines its keys of serverless.yml, which osls then accepts.
 *
 * @example
 * const topic: Step = (serverless) => ({
 *   compile: () => addResources(serverless, { Topic: { Type: 'AWS::SNS::Topic', Properties: {} } }),
 * });
 */
export type Step = (serverless: Serverless, log: PluginLog) => Moments;

/** The hooks of osls at which the moments run. `deploy function` uploads code alone, so it bundles and does nothing else. */
const hooksOf: Readonly<Record<keyof Moments, readonly string[]>> = {
  prepare: ['before:package:initialize'],
  bundle: ['before:package:createDeploymentArtifacts', 'before:deploy:function:packageFunction'],
  compile: ['package:compileEvents'],
  finish: ['after:aws:package:finalize:mergeCustomProviderResources'],
};

/**
 * Makes a plugin of osls that runs the steps in their order.
 *
 * @example export default pluginOf([subscription, access]);
 */
export function pluginOf(
  steps: readonly Step[],
): new (
  serverless: Serverless,
  options: object,
  utilities: { readonly log: PluginLog },
) => { readonly hooks: Hooks } {
  return class {
    readonly hooks: Hooks;

    constructor(serverless: Serverless, _options: object, { log }: { readonly log: PluginLog }) {
      const all = steps.map((step) => step(serverless, log));
      const names = Object.keys(hooksOf) as (keyof Moments)[];
      this.hooks = Object.fromEntries(
        names.flatMap((moment) =>
          hooksOf[moment].map((hook) => [
            hook,
            async () => {
              for (const step of all) await step[moment]?.();
            },
          ]),
        ),
      );
    }
  };
}
