/**
 * Which folder may import which: `npm run imports` checks it, in the tree's tests and tools too.
 *
 * A folder may import itself and what its row names, and nothing else of the project. A folder without a row has the row of
 * the folder above it. Imports go down: what stands further up imports what stands below it.
 */
export const table = {
  bin: ['cli'],
  cli: ['shared', 'wiring', 'hosts/runtimes', 'hosts/worker', 'deployment/deployed', 'package.json'],

  // What makes a deployment of serverless.yml, and finds one that is there.
  deployment: ['shared', 'wiring', 'adapters/aws/tables.ts'],
  'deployment/deployed': ['shared'],

  // Where functions run. Only hosts/runtimes knows the adapters.
  hosts: [],
  'hosts/standalone': ['shared', 'wiring', 'hosts/aws-api', 'hosts/functions', 'hosts/runtimes', 'hosts/sources'],
  'hosts/worker': ['shared', 'wiring', 'hosts/functions', 'hosts/lambda', 'hosts/runtimes', 'hosts/sources'],
  'hosts/aws-api': ['shared', 'hosts/runtimes'],
  'hosts/lambda': ['shared', 'wiring', 'hosts/runtimes'],
  'hosts/sources': ['shared', 'wiring', 'hosts/functions'],
  'hosts/functions': ['shared', 'wiring', 'hosts/runtimes'],
  'hosts/runtimes': ['shared', 'wiring', 'adapters'],

  // A service imports no other service, an agent no other agent.
  services: [],
  'services/*': ['shared'],
  agents: [],
  'agents/*': ['shared/agent', 'shared/*.ts'],

  adapters: [],
  'adapters/*': ['shared'],

  // The one reader of serverless.yml.
  wiring: ['shared'],

  // From what authors use down to plain helpers, which are the files of shared/ itself.
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
  'shared/tasks': ['shared/events', 'shared/runtime', 'shared/ports', 'shared/a2a', 'shared/generated', 'shared/*.ts'],
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

  // Tests reach the whole tree. Suites share what is in support, fixtures and contract.
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

/** `shared/*.ts` are the files directly in shared/; any other name is a file, or a folder with all that is below it. */
function pattern(name) {
  if (name === '*') return '^';
  if (name.endsWith('/*.ts')) return `^${escaped(name.slice(0, -4))}[^/]+$`;
  const path = escaped(name).replaceAll('\\*', '[^/]+');
  return /\.\w+$/.test(name) ? `^${path}$` : `^${path}/`;
}

function escaped(text) {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The folder itself: of `services/*` the very service that the importing file is in. */
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
    { name: 'no-circle-of-folders', scope: 'folder', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-unresolved',
      severity: 'error',
      from: {},
      // A package that is types alone.
      to: { couldNotResolve: true, pathNot: '^(aws-lambda|@smithy/types)$' },
    },
  ],
  options: {
    // TypeScript 7 has no API yet that the checker could call.
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
