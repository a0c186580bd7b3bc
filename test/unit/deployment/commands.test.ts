import { execFile } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '#test/support/fixtures.ts';

const root = path.resolve(import.meta.dirname, '../../..');

interface Ended {
  readonly code: number;
  readonly output: string;
}

/** Runs one of the commands as `npm run` does, on a machine where nothing of AWS is set up. */
function run(
  command: 'deploy' | 'remove' | 'rotate' | 'test',
  args: string[],
  env: Record<string, string> = {},
): Promise<Ended> {
  const bare = { PATH: process.env.PATH, HOME: temporaryFolder(), AWS_EC2_METADATA_DISABLED: 'true', ...env };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [`deployment/${command}.ts`, ...args],
      { cwd: root, env: bare },
      (error, stdout, stderr) => resolve({ code: Number(error?.code ?? 0), output: stdout + stderr }),
    );
  });
}

const keys = { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' };
const inRegion = ['--region', 'eu-central-1'];

let server: Server | undefined;
afterEach(() => server?.close());

/** CloudFormation and S3, as far as a command gets before it stops. */
async function aws(answer: (call: { method: string; body: string }) => { status: number; body?: string }) {
  server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { status, body: text = '' } = answer({ method: request.method ?? '', body });
    response.writeHead(status, { 'content-type': 'text/xml' }).end(text);
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server?.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  return { ...keys, STARLING_EMULATOR: '1', AWS_ENDPOINT_URL: `http://127.0.0.1:${port}` };
}

const failure = (code: string, message: string) => ({
  status: 400,
  body: `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
});
const stackIn = (status: string) => ({
  status: 200,
  body: `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>starling-dev</StackName><CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>${status}</StackStatus></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`,
});
const noStack = failure('ValidationError', 'Stack with id starling-dev does not exist');

describe('each command', () => {
  it.each(['deploy', 'remove', 'rotate', 'test'] as const)('%s has a help', async (command) => {
    const { code, output } = await run(command, ['--help']);
    expect(code).toBe(0);
    expect(output).toContain('--stage NAME');
  });
});

describe('npm run deploy says what to do about', () => {
  it('no region', async () => {
    const { code, output } = await run('deploy', [], keys);
    expect(code).toBe(1);
    expect(output).toContain('Give --region, or set AWS_REGION');
  });

  it('no credentials', async () => {
    const { code, output } = await run('deploy', inRegion);
    expect(code).toBe(1);
    expect(output).toContain('aws sso login');
  });

  it('a region that is none', async () => {
    const { code, output } = await run('deploy', ['--region', 'eu_central'], keys);
    expect(code).toBe(1);
    expect(output).toContain('A region is written like eu-central-1');
  });

  it('a shell that points somewhere else', async () => {
    const { code, output } = await run('deploy', inRegion, { AWS_ENDPOINT_URL: 'http://127.0.0.1:4280' });
    expect(code).toBe(1);
    expect(output).toContain('AWS_ENDPOINT_URL is http://127.0.0.1:4280');
  });

  it('a shell after starling env', async () => {
    const mesh = 'http://127.0.0.1:4280';
    const left = { AWS_ENDPOINT_URL_SQS: mesh, AWS_ENDPOINT_URL_S3: 'https://vpce.example.com', STARLING_URL: mesh };
    const { code, output } = await run('deploy', inRegion, { ...keys, ...left });
    expect(code).toBe(1);
    expect(output).toContain('Run: unset AWS_ENDPOINT_URL_SQS\n');
  });

  it.each([
    ['ExpiredToken', 'have expired'],
    ['InvalidClientTokenId', 'does not know these credentials'],
    ['SignatureDoesNotMatch', 'Check the keys'],
    ['AccessDenied', 'may not do cloudformation:DescribeStacks'],
  ])('credentials that AWS refuses with %s', async (error, advice) => {
    const { code, output } = await run('deploy', inRegion, await aws(() => failure(error, 'no')));
    expect(code).toBe(1);
    expect(output).toContain(advice);
  });

  it.each([
    ['ROLLBACK_COMPLETE', 'npm run remove -- --stage dev --region eu-central-1'],
    ['UPDATE_ROLLBACK_FAILED', 'continue-update-rollback'],
    ['UPDATE_IN_PROGRESS', 'when that is done'],
  ])('a stack in %s', async (status, advice) => {
    const { code, output } = await run('deploy', inRegion, await aws(() => stackIn(status)));
    expect(code).toBe(1);
    expect(output).toContain(advice);
  });

  it.each([
    [404, 'There is no bucket'],
    [403, "it may be another's"],
    [301, 'not in eu-central-1'],
  ])('a bucket for packages that answers %i', async (status, advice) => {
    const environment = await aws(({ method }) => (method === 'HEAD' ? { status } : noStack));
    const { code, output } = await run('deploy', [...inRegion, '--param', 'deploymentBucket=theirs'], environment);
    expect(code).toBe(1);
    expect(output).toContain(advice);
  });
});

describe('npm run remove says what to do about', () => {
  it('a stack that is not there', async () => {
    const { code, output } = await run('remove', inRegion, await aws(() => noStack));
    expect(code).toBe(1);
    expect(output).toContain('There is no stack starling-dev in eu-central-1');
  });

  it('a stack that is protected, before anything of it is deleted', async () => {
    const asked: string[] = [];
    const isProtected = stackIn('CREATE_COMPLETE').body.replace(
      '</StackStatus>',
      '</StackStatus><EnableTerminationProtection>true</EnableTerminationProtection>',
    );
    const environment = await aws(({ method, body }) => {
      asked.push(`${method} ${new URLSearchParams(body).get('Action')}`);
      return { status: 200, body: isProtected };
    });
    const { code, output } = await run('remove', inRegion, environment);
    expect(code).toBe(1);
    expect(output).toContain('--no-enable-termination-protection --stack-name starling-dev --region eu-central-1');
    expect(asked).toEqual(['POST DescribeStacks']);
  });

  it('a stack that somebody is changing', async () => {
    const { code, output } = await run('remove', inRegion, await aws(() => stackIn('UPDATE_IN_PROGRESS')));
    expect(code).toBe(1);
    expect(output).toContain('when that is done');
  });
});

describe('npm run test:aws says what to do about', () => {
  it('a stage that is not deployed', async () => {
    const { code, output } = await run('test', ['--stage', 'dev', ...inRegion], await aws(() => noStack));
    expect(code).toBe(1);
    expect(output).toContain('npm run deploy -- --stage dev');
  });
});
