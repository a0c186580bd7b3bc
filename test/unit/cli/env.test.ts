import { execFile } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '#test/support/fixtures.ts';
import { type CommandOptions, runCommand } from './command.ts';

const execute = promisify(execFile);
const root = path.resolve(import.meta.dirname, '../../..');

let folder: string;
let home: string;
let mesh: { readonly url: string; readonly folder: string };
beforeEach(() => {
  folder = temporaryFolder();
  home = path.join(folder, 'home');
  mesh = { url: "http://mesh.example/it's$HOME", folder: path.join(folder, 'data') };
  mkdirSync(mesh.folder);
  mkdirSync(home);
  writeFileSync(path.join(mesh.folder, 'starling.db'), '');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const run = (words: readonly string[] = [], env: CommandOptions['env'] = {}) =>
  runCommand(mesh, ['env', ...words], { env: { HOME: home, ...env } });
const json = async (
  env: CommandOptions['env'] = {},
  words: readonly string[] = [],
): Promise<Record<string, string>> => {
  const { code, stdout, stderr } = await run(['--json', ...words], env);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return JSON.parse(stdout);
};
const aws = (name: string) => path.join(home, '.aws', name);
const read = (file: string) => readFileSync(file, 'utf8');
const keysOfMesh = () => JSON.parse(read(path.join(mesh.folder, 'aws-credentials.json')));

/** The variables that a shell has after `eval`, given those that it had before. */
async function afterEval(
  stdout: string,
  before: Record<string, string>,
  script: string,
): Promise<Record<string, string>> {
  const env = { PATH: process.env.PATH, PRINTED: stdout, ...before };
  const { stdout: shown } = await execute('sh', ['-c', `set -e\n${script}\nenv -u PRINTED`], { env });
  return Object.fromEntries(
    shown
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/=(.*)/s, 2) as [string, string]),
  );
}

describe('starling env where there are no AWS credentials', () => {
  it('prints lines that a shell takes, with the keys of the mesh', async () => {
    const { code, stdout, stderr } = await run();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { accessKeyId, secretAccessKey } = keysOfMesh();
    const variables = {
      AWS_ENDPOINT_URL_EVENTBRIDGE: mesh.url,
      AWS_ENDPOINT_URL_KINESIS: mesh.url,
      AWS_ENDPOINT_URL_SQS: mesh.url,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: 'us-east-1',
      AWS_DEFAULT_REGION: 'us-east-1',
      CBOR_ENABLED: 'false',
      AWS_CBOR_DISABLE: 'true',
      STARLING_URL: mesh.url,
      STARLING_BUS: 'starling-local',
      STARLING_STREAM: 'starling-local-artifacts',
    };
    // With quotes, and without, as many write it.
    for (const script of ['eval "$PRINTED"', 'eval $PRINTED']) {
      expect(await afterEval(stdout, {}, script)).toMatchObject(variables);
    }
    expect((await run()).stdout).toBe(stdout);
    const { unset, ...printed } = await json();
    expect(printed).toEqual(variables);
    expect(stdout).toContain(`unset ${unset};`);
    expect(statSync(path.join(mesh.folder, 'aws-credentials.json')).mode & 0o777).toBe(0o600);
    expect(existsSync(path.join(home, '.aws'))).toBe(false);
  });

  it('takes away what an SDK would prefer, and what an earlier version of the command printed', async () => {
    const left = {
      AWS_SESSION_TOKEN: 'of another place',
      AWS_SECURITY_TOKEN: 'of another place',
      AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true',
      AWS_ENDPOINT_URL: mesh.url,
      STARLING_AWS_PROFILE: 'starling',
    };
    const { stdout } = await run([], left);
    const after = await afterEval(stdout, left, 'eval $PRINTED');
    expect(Object.keys(left).filter((name) => name in after)).toEqual([]);
  });

  it('leaves the address of another emulator, because it is not its own', async () => {
    const left = { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' };
    const { stdout } = await run([], left);
    expect(await afterEval(stdout, left, 'eval "$PRINTED"')).toMatchObject(left);
  });

  it.each([
    ['the keys of a mesh', { AWS_ACCESS_KEY_ID: 'STRL0123456789ABCDEF', AWS_SECRET_ACCESS_KEY: 'x' }],
    ['the profile of a mesh', { AWS_PROFILE: 'starling' }],
    ['empty variables', { AWS_ACCESS_KEY_ID: '', AWS_PROFILE: '' }],
  ])('takes %s for no credentials of AWS', async (_, env) => {
    expect(await json(env)).toMatchObject({ AWS_ACCESS_KEY_ID: keysOfMesh().accessKeyId });
  });

  it('takes a profile that nobody chose for no credentials, and a default profile without credentials', async () => {
    mkdirSync(path.join(home, '.aws'));
    writeFileSync(aws('config'), '[default]\nregion = eu-west-1\n# role_arn = none\n[profile work]\nrole_arn = arn\n');
    expect(await json()).toHaveProperty('AWS_ACCESS_KEY_ID');
  });
});

describe('starling env where there are AWS credentials', () => {
  const configs: readonly (readonly [string, Record<string, string>, string?, string?])[] = [
    ['keys', { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'x', AWS_SESSION_TOKEN: 't' }],
    ['a profile', { AWS_PROFILE: 'work' }],
    ['an old variable for a profile', { AWS_DEFAULT_PROFILE: 'work' }],
    ['a role of a container', { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://169.254.170.23/v1/credentials' }],
    ['a role by a web identity', { AWS_WEB_IDENTITY_TOKEN_FILE: '/token', AWS_ROLE_ARN: 'arn' }],
    ['keys of the default profile', {}, '', '[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n'],
    ['a session of the default profile', {}, '[default]\r\nsso_session = company\r\n'],
    ['a process of the default profile', {}, '[profile x]\nregion = y\n[ default ]\n credential_process=/bin/x\n'],
  ];
  it.each(configs.map(([what, env, config = '', credentials = '']) => [what, env, config, credentials] as const))(
    'leaves %s in use, and names the profile of the mesh',
    async (_, env, config, credentials) => {
      mkdirSync(path.join(home, '.aws'));
      if (config) writeFileSync(aws('config'), config);
      if (credentials) writeFileSync(aws('credentials'), credentials);
      const { stdout } = await run([], env);
      const after = await afterEval(stdout, env, 'eval "$PRINTED"');
      expect(after).toMatchObject({ ...env, STARLING_AWS_PROFILE: 'starling', AWS_ENDPOINT_URL_SQS: mesh.url });
      if (env.AWS_ACCESS_KEY_ID === undefined) expect(after).not.toHaveProperty('AWS_ACCESS_KEY_ID');
      const { accessKeyId, secretAccessKey } = keysOfMesh();
      expect(read(aws('credentials'))).toContain(
        `[starling]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`.replaceAll(
          '\n',
          credentials.includes('\r') ? '\r\n' : '\n',
        ),
      );
      expect(read(aws('config'))).toContain('[profile starling]');
      expect(read(aws('config')).startsWith(config)).toBe(true);
    },
  );

  it('takes away the keys of a mesh that an earlier version of the command printed', async () => {
    const left = { AWS_ACCESS_KEY_ID: 'STRL0123456789ABCDEF', AWS_SECRET_ACCESS_KEY: 'x', AWS_ENDPOINT_URL: mesh.url };
    mkdirSync(path.join(home, '.aws'));
    writeFileSync(aws('credentials'), '[default]\naws_access_key_id = AKIAIOSFODNN7EXAMPLE\n');
    const { stdout } = await run([], left);
    const after = await afterEval(stdout, left, 'eval "$PRINTED"');
    expect(Object.keys(left).filter((name) => name in after)).toEqual([]);
    expect(after.STARLING_AWS_PROFILE).toBe('starling');
  });

  it('writes the profile where it is asked to, as the role of an instance cannot be seen', async () => {
    expect(await json({}, ['--profile'])).toMatchObject({ STARLING_AWS_PROFILE: 'starling' });
    for (const name of ['config', 'credentials']) expect(statSync(aws(name)).mode & 0o777).toBe(0o600);
    expect(statSync(path.join(home, '.aws')).mode & 0o777).toBe(0o700);
  });
});

describe('the profile that starling env writes', () => {
  const work = { AWS_PROFILE: 'work' };

  it('changes its own lines only, byte for byte, and none when they are right', async () => {
    mkdirSync(path.join(home, '.aws'));
    const own = Buffer.from(
      '[profile work]\nregion=eu-west-1\n# m\xfcller \xff\n[plugins]\n\n# mine\n[profile z]',
      'latin1',
    );
    writeFileSync(aws('config'), own);
    chmodSync(aws('config'), 0o644);
    await run([], work);
    const first = readFileSync(aws('config'));
    expect(first.subarray(0, own.length)).toEqual(own);
    const { ino, mtimeMs } = statSync(aws('config'));
    await run([], work);
    expect(statSync(aws('config'))).toMatchObject({ ino, mtimeMs });

    // Other lines behind the profile stay too, when the mesh has another address.
    writeFileSync(aws('config'), Buffer.concat([first, Buffer.from('[profile last]\nregion = x\n')]));
    await run(['--url', 'http://other.example'], work);
    const text = readFileSync(aws('config'), 'latin1');
    expect(text).toContain('endpoint_url = http://other.example\n');
    expect(text).not.toContain('mesh.example');
    expect(text.startsWith(own.toString('latin1'))).toBe(true);
    expect(text.endsWith('# end starling env\n[profile last]\nregion = x\n')).toBe(true);
    expect(text.match(/begin starling env/g)).toHaveLength(1);
    expect(readdirSync(path.join(home, '.aws')).sort()).toEqual(['config', 'credentials']);
  });

  it('keeps the line ends of Windows', async () => {
    mkdirSync(path.join(home, '.aws'));
    writeFileSync(aws('config'), '[profile work]\r\nregion=eu-west-1\r\n');
    await run([], work);
    await run([], work);
    const text = read(aws('config'));
    expect(text.replaceAll('\r\n', '')).not.toContain('\n');
    expect(text.match(/begin starling env/g)).toHaveLength(1);
  });

  it('goes into the files that the variables name, through a symbolic link', async () => {
    const dotfiles = path.join(folder, 'dotfiles');
    mkdirSync(dotfiles);
    writeFileSync(path.join(dotfiles, 'aws-config'), '[profile work]\n');
    symlinkSync(path.join(dotfiles, 'aws-config'), path.join(home, 'link'));
    const files = { AWS_CONFIG_FILE: '~/link', AWS_SHARED_CREDENTIALS_FILE: path.join(folder, 'new', 'credentials') };
    await run([], { ...work, ...files });
    expect(realpathSync(path.join(home, 'link'))).toBe(realpathSync(path.join(dotfiles, 'aws-config')));
    expect(read(path.join(dotfiles, 'aws-config'))).toMatch(
      /^\[profile work\]\n\n# begin starling env\n\[profile starling\]/,
    );
    expect(read(files.AWS_SHARED_CREDENTIALS_FILE)).toContain('[starling]');
    expect(existsSync(path.join(home, '.aws'))).toBe(false);
  });

  it.each([
    '[profile starling]\nrole_arn = mine\n',
    '[services "starling"]\n',
    '# begin starling env\n[profile starling]\n',
  ])('takes no name that is in use: %s', async (text) => {
    mkdirSync(path.join(home, '.aws'));
    writeFileSync(aws('config'), text);
    const { code, stdout, stderr } = await run([], work);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`${aws('config')} has a section`);
    expect(read(aws('config'))).toBe(text);
    expect(existsSync(aws('credentials'))).toBe(false);
  });
});

describe('a data folder in which no mesh lives', () => {
  const commands: readonly (readonly string[])[] = [
    ['env'],
    ['env', '--json', '--profile'],
    ['token'],
    ['agents'],
    ['call', 'echo', 'hi'],
    ['tasks'],
    ['events', 'tail'],
    ['events', 'quarantine'],
    ['events', 'put', '--source', 'a', '--type', 'B.v1', '--payload', '{}'],
    ['backup', 'made.backup'],
    ['restore', 'no.backup'],
  ];
  it.each(commands.map((words) => words.join(' ')))('is an error, and stays as it is: starling %s', async (words) => {
    for (const [name, exists] of [
      ['none', false],
      ['empty', true],
    ] as const) {
      const data = path.join(folder, name);
      if (exists) mkdirSync(data);
      const before = readdirSync(folder).sort();
      // No mesh listens at port 9.
      const { code, stdout, stderr } = await runCommand({ url: 'http://127.0.0.1:9', folder: data }, words.split(' '), {
        env: { HOME: home },
        cwd: folder,
      });
      expect(code).not.toBe(0);
      expect({ stdout, told: stderr !== '' }).toEqual({ stdout: '', told: true });
      expect(readdirSync(folder).sort()).toEqual(before);
      if (exists) expect(readdirSync(data)).toEqual([]);
    }
  });

  it('is named in the error', async () => {
    const { stderr } = await runCommand({ ...mesh, folder: path.join(folder, 'none') }, ['env']);
    expect(stderr).toContain(`No mesh lives in ${path.join(folder, 'none')}.`);
  });
});

describe('an AWS SDK after starling env', () => {
  it.each([
    ['keys', {}, 'own'],
    ['a profile', { AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'x' }, 'mesh'],
  ])('finds the mesh for three services and AWS for the others: %s', async (_, before, whose) => {
    mesh = { ...mesh, url: 'http://127.0.0.1:4999' };
    const { stdout } = await run([], before);
    const { accessKeyId } = keysOfMesh();
    const env = await afterEval(stdout, { HOME: home, ...before }, 'eval "$PRINTED"');
    const hosts = async (profile: string): Promise<Record<string, string>> =>
      JSON.parse((await execute(process.execPath, ['test/fixtures/aws-hosts.ts', profile], { cwd: root, env })).stdout);
    const { eventbridge, sqs, kinesis } = await hosts(whose);
    expect(new Set([eventbridge, sqs, kinesis])).toEqual(new Set([`127.0.0.1:4999 ${accessKeyId}`]));
    const { s3, dynamodb, cloudformation } = await hosts('own');
    const key = 'AWS_ACCESS_KEY_ID' in before ? before.AWS_ACCESS_KEY_ID : accessKeyId;
    expect([s3, dynamodb, cloudformation]).toEqual([
      `s3.us-east-1.amazonaws.com ${key}`,
      `dynamodb.us-east-1.amazonaws.com ${key}`,
      `cloudformation.us-east-1.amazonaws.com ${key}`,
    ]);
  });
});
