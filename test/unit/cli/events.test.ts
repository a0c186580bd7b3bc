import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runCommand, start } from './command.ts';
import { type Answer, FakeMesh } from './fake-mesh.ts';
import { AT, artifactUpdate, status, TASK_ID } from './tasks.ts';

let mesh: FakeMesh;
beforeEach(async () => {
  mesh = await new FakeMesh().start();
});
afterEach(() => mesh.remove());

function event(source: string, type: string, data: object, detail: object = {}) {
  return {
    version: '0',
    id: 'e-1',
    'detail-type': type,
    source,
    account: '000000000000',
    time: '2026-11-21T09:10:00Z',
    region: 'us-east-1',
    resources: [],
    detail: { specversion: '1.0', source, type, time: AT, subject: TASK_ID, correlationid: TASK_ID, data, ...detail },
  };
}

const requested = event('starling.tasks', 'TaskRequested.v1', { taskId: TASK_ID, agentId: 'echo' });
const completed = event('starling.agents.echo', 'TaskStatusChanged.v1', {
  agentId: 'echo',
  status: status('COMPLETED'),
});
const artifact = event('starling.agents.echo', 'TaskArtifact.v1', {
  agentId: 'echo',
  ...artifactUpdate('x', false).artifactUpdate,
});
const foreign = { ...event('acme.orders', 'OrderPlaced', {}), detail: { orderId: 7 } };

/** The requests for the stream, whose answers the test goes on with. */
function streams(): { url: URL; headers: Record<string, unknown>; answer: Answer }[] {
  const opened: { url: URL; headers: Record<string, unknown>; answer: Answer }[] = [];
  mesh.onAdmin = ({ url, headers }, answer) =>
    void opened.push({ url, headers, answer: answer.sse({ 'Starling-Position': '40' }) });
  return opened;
}

describe('starling events tail', () => {
  it('prints a line for each event, and ends cleanly with Ctrl-C', async () => {
    const opened = streams();
    const command = start(mesh, ['events', 'tail']);
    await mesh.until(() => opened.length === 1);
    opened[0]?.answer.event(41, requested).event(42, artifact).event(43, completed).event(44, foreign);
    await command.seen('acme.orders');

    const { code, stdout, stderr } = await command.interrupt();
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout.split('\n').map((line) => line.split(/ {2,}/))).toEqual([
      ['09:10:00.123', 'starling.tasks', 'TaskRequested.v1', '5e0d9b47', 'echo'],
      ['09:10:00.123', 'starling.agents.echo', 'TaskArtifact.v1', '5e0d9b47', 'result'],
      ['09:10:00.123', 'starling.agents.echo', 'TaskStatusChanged.v1', '5e0d9b47', 'completed'],
      ['09:10:00.000', 'acme.orders', 'OrderPlaced', '-'],
      [''],
    ]);
  });

  it('asks for the pattern and the position', async () => {
    const opened = streams();
    const pattern = '{"source": ["starling.tasks"]}';
    const command = start(mesh, ['events', 'tail', '--pattern', pattern, '--after', '7', '--json']);
    await mesh.until(() => opened.length === 1);
    opened[0]?.answer.event(8, requested);
    await command.seen('TaskRequested.v1');

    const { code, stdout } = await command.interrupt();
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(requested);
    expect(Object.fromEntries(opened[0]?.url.searchParams ?? [])).toEqual({ pattern, after: '7' });
    expect(opened[0]?.headers).toMatchObject({ authorization: 'Bearer token-1', accept: 'text/event-stream' });
  });

  it('goes on behind the last event when the mesh was restarted', async () => {
    const opened = streams();
    const command = start(mesh, ['events', 'tail', '--json']);
    await mesh.until(() => opened.length === 1);
    opened[0]?.answer.event(41, requested);
    await command.seen('TaskRequested.v1');
    await mesh.stop();
    await command.seen('Waiting until it is back');
    await mesh.start();
    await mesh.until(() => opened.length === 2);
    opened[1]?.answer.event(42, completed);
    await command.seen('TaskStatusChanged.v1');

    expect(await command.interrupt()).toMatchObject({ code: 0 });
    expect(opened[1]?.headers).toMatchObject({ 'last-event-id': '41' });
  });

  it('goes on where the stream began when it was cut before the first event, and outlasts a mesh that is starting', async () => {
    const opened = streams();
    const command = start(mesh, ['events', 'tail']);
    await mesh.until(() => opened.length === 1);
    const serve = mesh.onAdmin;
    mesh.onAdmin = (_request, answer) => {
      answer.json({ error: { code: 'NOT_READY', message: 'starting' } }, 503);
      mesh.onAdmin = serve;
    };
    opened[0]?.answer.cut();
    await mesh.until(() => opened.length === 2);

    expect(await command.interrupt()).toMatchObject({ code: 0 });
    expect(opened[1]?.headers).toMatchObject({ 'last-event-id': '40' });
  });

  it('gets a new token when the old one has run out', async () => {
    const opened = streams();
    const command = start(mesh, ['events', 'tail']);
    await mesh.until(() => opened.length === 1);
    const serve = mesh.onAdmin;
    mesh.onAdmin = (request, answer) => {
      if (request.headers.authorization === 'Bearer token-1')
        answer.json({ error: 'invalid_token', error_description: 'expired' }, 401);
      else serve(request, answer);
    };
    opened[0]?.answer.end();
    await mesh.until(() => opened.length === 2);

    expect(await command.interrupt()).toMatchObject({ code: 0 });
    expect(opened[1]?.headers).toMatchObject({ authorization: 'Bearer token-2' });
  });

  it('refuses what the mesh refuses', async () => {
    const message = 'Invalid event pattern at "source": a field takes a list of values';
    mesh.onAdmin = (_request, answer) => answer.json({ error: { code: 'INVALID_EVENT_PATTERN', message } }, 400);
    const { code, stdout, stderr } = await runCommand(mesh, ['events', 'tail', '--pattern', '{"source": 1}']);
    expect({ code, stdout, stderr }).toEqual({ code: 1, stdout: '', stderr: `INVALID_EVENT_PATTERN: ${message}\n` });
  });

  it('prints the time as the producer wrote it, where it is not a time, and pads wide characters by their width', async () => {
    const opened = streams();
    const command = start(mesh, ['events', 'tail']);
    await mesh.until(() => opened.length === 1);
    opened[0]?.answer.event(41, { ...event('鳥.orders', 'Tag', {}, { time: 'the\nday' }) });
    await command.seen('鳥.orders');

    const { stdout } = await command.interrupt();
    expect(stdout).toBe(`the day  鳥.orders${' '.repeat(17)}  Tag${' '.repeat(19)}  5e0d9b47\n`);
  });

  it('fails at an event that is not JSON', async () => {
    mesh.onAdmin = (_request, answer) => answer.sse().raw('data: {half\n\n');
    expect(await runCommand(mesh, ['events', 'tail'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('The mesh sent an event that is not JSON.'),
    });
  });
});

describe('starling events tail --no-follow and --limit', () => {
  /** An archive of this many events. Each event at an even position is foreign. */
  function archiveOf(count: number): URLSearchParams[] {
    const asked: URLSearchParams[] = [];
    mesh.onAdmin = ({ url }, answer) => {
      asked.push(url.searchParams);
      const after = Number(url.searchParams.get('after') ?? count);
      answer.sse({ 'Starling-Position': String(after) });
      for (let position = after + 1; position <= count; position++) {
        if (position % 2 === 0 || !url.searchParams.has('pattern')) {
          answer.event(position, { ...foreign, detail: { position } });
        }
      }
      if (url.searchParams.get('follow') === 'false') answer.end();
    };
    return asked;
  }
  const positions = (stdout: string) =>
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).detail.position);
  const tail = (...words: string[]) => runCommand(mesh, ['events', 'tail', '--json', ...words]);

  it('prints what the archive has, and ends', async () => {
    archiveOf(5);
    const { code, stdout, stderr } = await tail('--no-follow');
    expect({ code, stderr, printed: positions(stdout) }).toEqual({ code: 0, stderr: '', printed: [1, 2, 3, 4, 5] });
  });

  it('prints the newest events with --limit, also of a pattern that few events match', async () => {
    archiveOf(1000);
    expect(positions((await tail('--no-follow', '--limit', '3')).stdout)).toEqual([998, 999, 1000]);
    const words = ['--no-follow', '--limit', '400', '--pattern', '{"source": ["acme.orders"]}'];
    const printed = positions((await tail(...words)).stdout);
    expect([printed.length, printed[0], printed.at(-1)]).toEqual([400, 202, 1000]);
  });

  it('begins after a position, and ends after --limit events', async () => {
    archiveOf(9);
    expect(positions((await tail('--no-follow', '--after', '4', '--limit', '2')).stdout)).toEqual([5, 6]);
    expect(positions((await tail('--after', '4', '--limit', '2')).stdout)).toEqual([5, 6]);
  });

  it('leaves stdout empty where there are no events', async () => {
    archiveOf(0);
    for (const words of [[], ['--limit', '3']]) {
      const { code, stdout, stderr } = await runCommand(mesh, ['events', 'tail', '--no-follow', ...words]);
      expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: 'There are no such events.\n' });
    }
  });

  it.each(['0', '1001', 'x', '-1'])('refuses --limit %s', async (limit) => {
    expect(await tail('--no-follow', `--limit=${limit}`)).toMatchObject({ code: 2, stdout: '' });
    expect(mesh.requests).toEqual([]);
  });
});
