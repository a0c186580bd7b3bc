import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readSettings } from '#hosts/runtimes/settings.ts';
import { greeting } from '#hosts/standalone/greeting.ts';

const client = { clientId: 'starling-cli', clientSecret: 'the-secret', file: '.starling/client.json', renewed: true };
const agents = ['echo', 'weather'];

interface Case {
  readonly env?: Readonly<Record<string, string>>;
  readonly isFirst?: boolean;
  readonly isTerminal?: boolean;
}

function greet({ env = {}, isFirst = true, isTerminal = true }: Case): string {
  const settings = readSettings(env, isTerminal);
  const shell = { cwd: process.cwd(), path: '' };
  return greeting({ settings, client: { ...client, isFirst }, agents }, { shell, isTerminal, startMs: 7 });
}

describe('the greeting of a standalone mesh', () => {
  it('shows the secret to a terminal at the first start', () => {
    expect(greet({})).toContain('client secret  the-secret\n');
  });

  it.each<Case & { name: string }>([
    { name: 'at a later start', isFirst: false },
    { name: 'where stdout is no terminal', isTerminal: false },
    { name: 'where stdout is no terminal, as text', isTerminal: false, env: { STARLING_LOG: 'pretty' } },
    { name: 'as JSON on a terminal', env: { STARLING_LOG: 'json' } },
  ])('shows the file of the secret in its place $name', (given) => {
    const text = greet(given);
    expect(text).not.toContain('the-secret');
    expect(text).toContain(path.resolve('.starling/client.json'));
  });

  it('is one line of JSON where the log is JSON, whatever its level', () => {
    const text = greet({ env: { STARLING_LOG: 'json', STARLING_LOG_LEVEL: 'ERROR' } });
    expect(text.trimEnd().split('\n')).toHaveLength(1);
    const line = JSON.parse(text);
    expect(line).toMatchObject({ level: 'INFO', url: 'http://127.0.0.1:4280', agents, startMs: 7 });
    expect(/Starling is ready at (\S+)/.exec(line.message)?.[1]).toBe('http://127.0.0.1:4280');
  });

  it('names the mesh in its commands where it is not the default one', () => {
    expect(greet({})).toContain("\n  npx starling call calculator '(3 + 4) * 5 - 2^3'\n");
    const env = { STARLING_PORT: '5000', STARLING_HOST: '0.0.0.0', STARLING_DATA: '/srv/my mesh' };
    const options = "--url http://127.0.0.1:5000 --data '/srv/my mesh'";
    expect(greet({ env })).toContain(`npx starling ${options} call calculator`);
    expect(greet({ env })).toContain(`TOKEN=$(npx starling ${options} token)`);
  });
});
