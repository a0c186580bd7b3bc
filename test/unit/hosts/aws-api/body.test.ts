import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Bodies, CutOffError } from '#hosts/aws-api/body.ts';

const text = async (body: Buffer) => body.toString();
const request = (...chunks: string[]) => Readable.from(chunks.map((chunk) => Buffer.from(chunk)));

describe('Bodies', () => {
  it('are read whole, in however many pieces they come', async () => {
    const bodies = new Bodies();
    expect(await bodies.with(request(), 'Throttled', text)).toBe('');
    expect(await bodies.with(request('one'), 'Throttled', text)).toBe('one');
    expect(await bodies.with(request('one', ' ', 'two'), 'Throttled', text)).toBe('one two');
  });

  it('that are too large are refused, and their connection is left for the answer', async () => {
    const bodies = new Bodies({ body: 4, held: 100 });
    const large = new PassThrough();
    large.write('12345');
    await expect(bodies.with(large, 'Throttled', text)).rejects.toMatchObject({
      code: 'RequestEntityTooLargeException',
      status: 413,
    });
    expect(large.destroyed).toBe(false);
    // Whoever is still sending would not read the answer otherwise.
    large.end('6789');
    await once(large, 'end');
  });

  it.each([
    ['and says why', new Error('reset')],
    ['without a word', undefined],
  ])('that are cut off are worked on by nobody, and held no more: a client that goes %s', async (_how, error) => {
    const bodies = new Bodies({ body: 4, held: 4 });
    const half = new PassThrough();
    const working = bodies.with(half, 'Throttled', () => expect.fail('it was worked on'));
    half.write('123');
    await setImmediate();
    half.destroy(error);
    await expect(working).rejects.toThrow(CutOffError);
    expect(await bodies.with(request('1234'), 'Throttled', text)).toBe('1234');
  });

  it('that are too many together are throttled by the code of their service, until others are done', async () => {
    const bodies = new Bodies({ body: 4, held: 6 });
    let finish = () => {};
    const working = bodies.with(
      request('1234'),
      'Throttled',
      () =>
        new Promise<void>((resolve) => {
          finish = resolve;
        }),
    );
    await setImmediate();
    await expect(bodies.with(request('1234'), 'Throttled', text)).rejects.toMatchObject({
      code: 'Throttled',
      status: 400,
    });
    expect(await bodies.with(request('12'), 'Throttled', text)).toBe('12');
    finish();
    await working;
    expect(await bodies.with(request('1234'), 'Throttled', text)).toBe('1234');
  });

  it('that fail are held no more', async () => {
    const bodies = new Bodies({ body: 4, held: 4 });
    const failing = bodies.with(request('1234'), 'Throttled', () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(await bodies.with(request('1234'), 'Throttled', text)).toBe('1234');
  });
});
