import { agentOf, eventOf, type FunctionDefinition, type FunctionEvent } from '../osls.ts';

/** Where the entries are written. Without a dot: the bundler's plugin overlooks maps in folders that begin with one. */
export const folder = 'build/functions';

/** The way from there to the root. */
const root = '../..';

/**
 * How a function is hosted: an agent and an authorizer with the little that they need, a function of the mesh with the
 * whole runtime. An HTTP service becomes a handler of API Gateway's events; what a deployment calls gets the manifest.
 */
export type Hosting = 'agent' | 'authorizer' | 'mesh' | 'http' | 'deployment';

/** @param all the functions by their names: that one is an authorizer stands at the routes of others */
export function hostingOf(name: string, all: Readonly<Record<string, FunctionDefinition>>): Hosting {
  const definition = all[name];
  if (definition === undefined) throw new Error(`there is no function ${name}`);
  if (agentOf(definition) !== undefined) return 'agent';
  if (Object.values(all).some(({ events }) => events.some((event) => authorizerOf(event) === name)))
    return 'authorizer';
  if (eventOf(definition, 'http') !== undefined) return 'http';
  return eventOf(definition, 'manifest') === undefined ? 'mesh' : 'deployment';
}

function authorizerOf({ http }: FunctionEvent): string | undefined {
  return (http as { readonly authorizer?: { readonly name?: string } } | undefined)?.authorizer?.name;
}

/** The file that is bundled in with a function which a deployment calls, beside its entry. */
export function manifestFile(functionName: string): string {
  return `${functionName}.manifest.json`;
}

/**
 * The module that Lambda loads for a function. The runtime is its first import, as modules run in the order of their
 * imports, and a handler may ask for the runtime while it is loaded.
 *
 * @param handler as serverless.yml names it, such as `agents/echo/handler.handler`
 */
export function entryOf(functionName: string, handler: string, hosting: Hosting): string {
  const dot = handler.lastIndexOf('.');
  const inner = `${root}/${handler.slice(0, dot)}.ts`;
  const name = handler.slice(dot + 1);
  const runtime = `${root}/hosts/lambda/${hosting === 'http' ? 'mesh' : hosting}.ts`;
  switch (hosting) {
    case 'http':
      return lines(
        `import '${runtime}';`,
        `import { httpHandler } from '${root}/hosts/lambda/http/handler.ts';`,
        `import { ${name} as inner } from '${inner}';`,
        'export const handler = httpHandler(inner);',
      );
    case 'deployment':
      return lines(
        `import { host } from '${runtime}';`,
        `import { onDeployment } from '${root}/hosts/lambda/on-deployment.ts';`,
        `import { ${name} as inner } from '${inner}';`,
        `import manifest from './${manifestFile(functionName)}' with { type: 'json' };`,
        'export const handler = onDeployment(host(inner), manifest);',
      );
    case 'agent':
    case 'authorizer':
    case 'mesh':
      return lines(
        `import { host } from '${runtime}';`,
        `import { ${name} as inner } from '${inner}';`,
        'export const handler = host(inner);',
      );
    default:
      return hosting satisfies never;
  }
}

function lines(...all: string[]): string {
  return `${all.join('\n')}\n`;
}
