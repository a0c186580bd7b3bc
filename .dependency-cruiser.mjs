/**
 * The table says which folder may import which. `npm run imports` checks it for the whole tree, with tests and tools.
 *
 * A folder may import itself and the folders and files of its row. It may import nothing else of the project. A folder
 * without a row has the row of the folder above it. Imports go down: a row higher up imports rows further down.
 *
 * `npm run imports` also rejects circles of files, and circles of folders at any level (tools/imports/circles.ts).
 */
export const table = {
  bin: ['cli'],
  cli: ['shared', 'wiring', 'hosts/runtimes', 'hosts/worker', 'deployment/deployed', 'package.json'],

  // Turns serverless.yml into a deployment, and finds an existing deployment.
  deployment: ['shared', 'wiring', 'adapters/aws/tables.ts'],
  'deployment/deployed': ['shared', 'adapters/aws/errors.ts'],

  // A host runs functions. Only hosts/runtimes knows the adapters.
  hosts: [],
  'hosts/standalone': [
    'shared',
    'wiring',
    'hosts/aws-api',
    'hosts/functions',
    'hosts/runtimes',
    'hosts/sources',
    'hosts/watchdog',
  ],
  'hosts/worker': [
    'shared',
    'wiring',
    'hosts/functions',
    'hosts/lambda',
    'hosts/runtimes',
    'hosts/sources',
    'hosts/watchdog',
  ],
  'hosts/aws-api': ['shared', 'hosts/runtimes'],
  'hosts/lambda': ['shared', 'wiring', 'hosts/runtimes'],
  'hosts/sources': ['shared', 'wiring', 'hosts/functions'],
  'hosts/functions': ['shared', 'wiring', 'hosts/runtimes'],
  'hosts/runtimes': ['shared', 'wiring', 'adapters'],
  'hosts/watchdog': ['shared'],

  // A service imports no other service. An agent imports no other agent.
  services: [],
  'services/*': ['shared'],
  agents: [],
  'agents/*': ['shared/agent', 'shared/*.ts'],

  adapters: [],
  'adapters/*': ['shared'],

  // The one reader of serverless.yml.
  wiring: ['shared'],

  // From the interface for authors down to plain helpers. The helpers are the files directly in shared/.
  shared: [],
  'shared/agent': [
    'shared/tasks',
    'shared/events',
    'shared/runtime',
    'shared/ports',
    'shared/a2a',
    'shared/generated',
    'shared/telemetry',
    'shared/*.ts',
  ],
  'shared/tasks': [
    'shared/events',
    'shared/runtime',
    'shared/ports',
    'shared/a2a',
    'shared/telemetry',
    'shared/generated',
    'shared/*.ts',
  ],
  'shared/events': [
    'shared/runtime',
    'shared/ports',
    'shared/generated',
    'shared/patterns',
    'shared/telemetry',
    'shared/*.ts',
  ],
  'shared/runtime': ['shared/security', 'shared/ports', 'shared/telemetry', 'shared/*.ts'],
  'shared/security': ['shared/ports', 'shared/*.ts'],
  'shared/ports': ['shared/a2a', 'shared/generated', 'shared/*.ts'],
  'shared/admin': ['shared/a2a', 'shared/*.ts'],
  'shared/a2a': ['shared/generated', 'shared/*.ts'],
  'shared/generated': [],
  'shared/schemas': ['shared/*.ts'],
  'shared/http': ['shared/*.ts'],
  'shared/telemetry': ['shared/*.ts'],
  'shared/patterns': ['shared/*.ts'],

  tools: ['shared'],
  // The checker itself.
  'tools/imports': ['.dependency-cruiser.mjs'],

  // Tests may import the whole tree. Suites share the code in support and fixtures.
  test: [],
  'test/unit': ['*'],
  'test/contract': ['*'],
  'test/e2e': ['*'],
  'test/aws': ['*'],
  'test/wider': ['*'],
  'test/bench': ['*'],
  'test/chaos': ['*'],
  'test/fixtures': ['shared'],
  'test/support': ['*'],
};

const folders = Object.keys(table);

/** `shared/*.ts` means the files directly in shared/. Any other name is a file, or a folder with everything below it. */
function pattern(name) {
  if (name === '*') return '^';
  if (name.endsWith('/*.ts')) return `^${escaped(name.slice(0, -4))}[^/]+$`;
  const path = escaped(name).replaceAll('\\*', '[^/]+');
  return /\.\w+$/.test(name) ? `^${path}$` : `^${path}/`;
}

function escaped(text) {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The folder itself. For `services/*` it is the service of the importing file (`$1`). */
function own(folder) {
  return folder.includes('*') ? `^${escaped(folder.replace('*', ''))}$1/` : pattern(folder);
}

function from(folder) {
  const below = folders.filter((other) => other !== folder && other.startsWith(`${folder}/`));
  return {
    path: folder.includes('*') ? `^${escaped(folder.replace('*', ''))}([^/]+)/` : pattern(folder),
    ...(below.length > 0 && { pathNot: below.map(pattern) }),
  };
}

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    ...folders.map((folder) => ({
      name: folder,
      comment: `${folder} may import ${table[folder].join(', ') || 'nothing'} and itself: .dependency-cruiser.mjs.`,
      severity: 'error',
      from: from(folder),
      to: {
        pathNot: ['node_modules', own(folder), ...table[folder].map(pattern)],
        dependencyTypesNot: ['core'],
        couldNotResolve: false,
      },
    })),
    { name: 'no-circle-of-files', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-unresolved',
      severity: 'error',
      from: {},
      // These packages contain only types.
      to: { couldNotResolve: true, pathNot: '^(aws-lambda|@smithy/types)$' },
    },
  ],
  options: {
    // The checker cannot use TypeScript 7, which has no API yet.
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '[.]d[.]ts$' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
};
