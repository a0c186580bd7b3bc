import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { printed, runCommand, start } from './command.ts';
import { type Answer, FakeMesh } from './fake-mesh.ts';
import { agentMessage, artifactUpdate, statusUpdate, TASK_ID, task } from './tasks.ts';

let mesh: FakeMesh;
beforeEach(async () => {
  mesh = await new FakeMesh().start();
});
afterEach(() => mesh.remove());

const words = ['call', 'poet', 'a poem', '--stream'];

describe('starling call --stream', () => {
  it('prints chunks as they come, and progress to stderr', async () => {
    let answer: Answer | undefined;
    mesh.onCall = (_call, given) => {
      answer = given.sse().update(1, { task: task('SUBMITTED') });
      answer.update(2, statusUpdate('WORKING', 'thinking')).update(3, artifactUpdate('Roses ', false));
    };
    const command = start(mesh, words);
    await command.seen('Roses ');
    answer
      ?.update(4, artifactUpdate('are red', true, true))
      .update(5, statusUpdate('COMPLETED'))
      .end();

    expect(await command.ended).toMatchObject({ code: 0, stdout: 'Roses are red\n', stderr: 'thinking\n' });
    expect(mesh.calls).toMatchObject([{ agent: 'poet', method: 'SendStreamingMessage' }]);
    expect(mesh.calls[0]?.headers.accept).toBe('text/event-stream');
  });

  it('prints artifacts that the first event has already, and each artifact on lines of its own', async () => {
    mesh.onCall = (_call, answer) =>
      answer
        .sse()
        .update(4, { task: task('WORKING', { parts: [{ text: 'one ' }, { text: 'two' }] }) })
        .update(5, artifactUpdate(' three', true))
        .update(6, artifactUpdate('other', false, true, 'second'))
        .update(7, statusUpdate('COMPLETED'))
        .end();
    expect(await runCommand(mesh, words)).toMatchObject({ code: 0, stdout: 'one two three\nother\n' });
  });

  it('prints the message at the end where there was no artifact, and a bare message', async () => {
    mesh.onCall = (_call, answer) =>
      answer
        .sse()
        .update(1, { task: task('SUBMITTED') })
        .update(2, statusUpdate('COMPLETED', 'Done.'))
        .end();
    expect(await runCommand(mesh, words)).toMatchObject({ code: 0, stdout: 'Done.\n' });

    mesh.onCall = (_call, answer) =>
      answer
        .sse()
        .update(1, { message: agentMessage('Hi.') })
        .end();
    expect(await runCommand(mesh, words)).toMatchObject({ code: 0, stdout: 'Hi.\n' });
  });

  it('exits with 1 and the reason when the task fails', async () => {
    mesh.onCall = (_call, answer) =>
      answer
        .sse()
        .update(1, { task: task('SUBMITTED') })
        .update(2, artifactUpdate('half', false))
        .update(3, statusUpdate('FAILED', 'out of ink'))
        .end();
    const { code, stdout, stderr } = await runCommand(mesh, words);
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: 'half\n',
      stderr: `failed: out of ink (task ${TASK_ID})\n`,
    });
  });

  it('prints a question and how to answer it, and does not wait for the stream to end', async () => {
    mesh.onCall = (_call, answer) =>
      void answer
        .sse()
        .update(1, { task: task('SUBMITTED') })
        .update(2, statusUpdate('INPUT_REQUIRED', 'About what?'));
    const { code, stdout, stderr } = await runCommand(mesh, words);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'About what?\n' });
    expect(stderr).toContain(`call poet --task ${TASK_ID}`);
  });

  it('prints each event on a line with --json', async () => {
    const events = [{ task: task('SUBMITTED') }, artifactUpdate('x', false, true), statusUpdate('COMPLETED')];
    mesh.onCall = (_call, answer) => {
      answer.sse();
      events.forEach((event, index) => void answer.update(index + 1, event));
      answer.end();
    };
    const { stdout } = await runCommand(mesh, [...words, '--json']);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(events);
  });

  it('reports an error in place of the stream, and one in it', async () => {
    mesh.onCall = (_call, answer) => answer.error(-32602, 'INVALID_PARAMS', 'the message is too long');
    expect(await runCommand(mesh, words)).toMatchObject({
      code: 1,
      stderr: 'INVALID_PARAMS: the message is too long\n',
    });

    const error = { code: -32603, message: 'The gateway failed.', data: [{ reason: 'INTERNAL_ERROR' }] };
    mesh.onCall = (_call, answer) =>
      answer
        .sse()
        .update(1, { task: task('SUBMITTED') })
        .event(0, { jsonrpc: '2.0', id: 1, error })
        .end();
    expect(await runCommand(mesh, words)).toMatchObject({ code: 1, stderr: 'INTERNAL_ERROR: The gateway failed.\n' });
  });

  it('takes the task up again behind the last event when the mesh was restarted, and prints nothing twice', async () => {
    mesh.onCall = (_call, answer) => {
      answer
        .sse()
        .update(1, { task: task('SUBMITTED') })
        .update(2, artifactUpdate('Roses ', false));
    };
    const command = start(mesh, words);
    await command.seen('Roses ');
    await mesh.stop();
    mesh.onCall = (_call, answer) =>
      answer
        .sse()
        .update(2, { task: task('WORKING', { parts: [{ text: 'Roses ' }] }) })
        .update(3, artifactUpdate('are red', true, true))
        .update(4, statusUpdate('COMPLETED'))
        .end();
    await mesh.start();

    expect(await command.ended).toMatchObject({ code: 0, stdout: 'Roses are red\n' });
    expect(mesh.calls[1]).toMatchObject({
      method: 'SubscribeToTask',
      params: { id: TASK_ID },
      headers: { 'last-event-id': '2' },
    });
  });

  it('marks a new attempt, whose results replace the earlier ones', async () => {
    const metadata = { 'https://starling.example/extensions/attempts/v1': { attempt: 2 } };
    const again = (text: string, append: boolean) => ({
      artifactUpdate: { ...artifactUpdate(text, append).artifactUpdate, metadata },
    });
    mesh.onCall = (_call, answer) =>
      answer
        .sse()
        .update(1, { task: task('SUBMITTED') })
        .update(2, artifactUpdate('Roses ', false))
        .update(3, again('Violets ', false))
        .update(4, again('are blue', true))
        .update(5, { statusUpdate: { ...statusUpdate('COMPLETED').statusUpdate, metadata } })
        .end();
    expect(await runCommand(mesh, words)).toEqual({
      code: 0,
      stdout: 'Roses \nViolets are blue\n',
      stderr: 'Attempt 2 of the agent begins. It replaces the results of earlier attempts.\n',
    });
  });

  it('gives up when the mesh has been gone for a minute, and says where the task is', async () => {
    mesh.onCall = (_call, answer) => {
      answer
        .sse()
        .update(1, { task: task('SUBMITTED') })
        .update(2, artifactUpdate('Roses ', false));
    };
    let now = 0;
    const clock = { now: () => now };
    const sleep = async (milliseconds: number) => {
      now += milliseconds;
    };
    const command = start(mesh, words, { clock, sleep });
    await command.seen('Roses ');
    await mesh.stop();

    const { code, stdout, stderr } = await command.ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: 'Roses \n' });
    expect(stderr).toBe(
      'The mesh no longer answers. Waiting up to a minute until it is back. Press Ctrl-C to stop.\n' +
        `The mesh no longer answers. Task ${TASK_ID} continues when the mesh is back. See it with: ${printed(mesh, `tasks get ${TASK_ID}`)}\n`,
    );
    expect(now).toBe(60_500);
  });

  it('reads events whose bytes come in pieces', async () => {
    const bytes = Buffer.from(
      [
        `: a comment\r\n\r\nid:1\r\ndata:${JSON.stringify({ result: { task: task('SUBMITTED') } })}\r\n\r\n`,
        `id: 2\ndata: {"result":\ndata: ${JSON.stringify(artifactUpdate('ünïcödé 🐦', false, true))}}\n\n`,
        `event: x\rid: 3\rdata: ${JSON.stringify({ result: statusUpdate('COMPLETED') })}\r\r\n`,
      ].join(''),
    );
    mesh.onCall = async (_call, answer) => {
      answer.sse();
      for (const byte of bytes) {
        answer.raw(Buffer.of(byte));
        await new Promise(setImmediate);
      }
    };
    expect(await runCommand(mesh, words)).toMatchObject({ code: 0, stdout: 'ünïcödé 🐦\n' });
  });
});
