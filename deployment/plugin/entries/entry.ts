import { agentOf, eventOf, type FunctionDefinition, type FunctionEvent } from '../osls.ts';

/** The folder of the entries. */
export const folder = 'build/functions';

/** The way from there to the root. */
const root = '../..';

/**
 * How a function is hosted. An agent and an authorizer get the few parts of the runtime that they need. A function of the mesh
 * gets the whole runtime. `http`: the service becomes a handler of API Gateway's events. `deployment`: the handler gets the
 * manifest when a deployment calls it. `canary`: the handler gets its parts and makes the function.
 */
export type Hosting = 'agent' | 'authorizer' | 'canary' | 'mesh' | 'http' | 'deployment';

/** @param all the functions by their names: the routes of other functions name the authorizer */
export function hostingOf(name: string, all: Readonly<Record<string, FunctionDefinition>>): Hosting {
  const definition = all[name];
  if (definition === undefined) throw new Error(`there is no function ${name}`);
  if (agentOf(definition) !== undefined) return 'agent';
  if (Object.values(all).some(({ events }) => events.some((event) => authorizerOf(event) === name)))
    return 'authorizer';
  if (eventOf(definition, 'canary') !== undefined) return 'canary';
  if (eventOf(definition, 'http') !== undefined) return 'http';
  return eventOf(definition, 'manifest') === undefined ? 'mesh' : 'deployment';
}

function authorizerOf({ http }: FunctionEvent): string | undefined {
  return (http as { readonly authorizer?: { readonly name?: string } } | undefined)?.authorizer?.name;
}

/** The file with the manifest, beside the entry of a function that a deployment calls. */
export function manifestFile(functionName: string): string {
  return `${functionName}.manifest.json`;
}

interface Module {
  readonly file: string;
  readonly text: string;
}

/** The functions of hosts/lambda/start.ts that provide the runtime. */
const starts: Readonly<Record<Hosting, string>> = {
  agent: 'startAgent',
  authorizer: 'startAuthorizer',
  canary: 'startCanary',
  mesh: 'startMesh',
  http: 'startHttp',
  deployment: 'startDeployed',
};

/**
 * The two modules of a function: the one that Lambda loads, and its first import, which provides the runtime. Modules run in
 * the order of their imports, and a handler may ask for the runtime while it is loaded.
 *
 * @param handler as serverless.yml names it
 * @example entryOf('echo', 'agents/echo/handler.handler', 'agent')
 */
export function entryOf(
  functionName: string,
  handler: string,
  hosting: Hosting,
): readonly [entry: Module, start: Module] {
  const dot = handler.lastIndexOf('.');
  const inner = `${root}/${handler.slice(0, dot)}.ts`;
  const start = `${functionName}.start.ts`;
  const manifest = `import manifest from './${manifestFile(functionName)}' with { type: 'json' };`;
  const isDeployed = hosting === 'deployment';
  return [
    {
      file: `${functionName}.ts`,
      text: lines(
        `import { host } from './${start}';`,
        `import { ${handler.slice(dot + 1)} as inner } from '${inner}';`,
        ...(isDeployed ? [manifest] : []),
        `export const handler = host(inner${isDeployed ? ', manifest' : ''});`,
      ),
    },
    {
      file: start,
      text: lines(
        `import { ${starts[hosting]} } from '${root}/hosts/lambda/start.ts';`,
        `export const host = ${starts[hosting]}(process.env);`,
      ),
    },
  ];
}

function lines(...all: string[]): string {
  return `${all.join('\n')}\n`;
}
