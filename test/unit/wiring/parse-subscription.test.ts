import { describe, expect, it } from 'vitest';
import { InvalidSubscriptionError, parseSubscription } from '#wiring/parse-subscription.ts';
import { Subscriptions } from '#wiring/subscriptions.ts';

const pattern = { source: ['x'] };

describe('a subscription', () => {
  it('of an agent is woken by the requests and cancel requests that name the agent', () => {
    expect(parseSubscription({ agent: 'calculator' }, 10)).toEqual({
      kind: 'agent',
      agentId: 'calculator',
      deadline: 300,
      pattern: {
        source: ['starling.tasks'],
        'detail-type': ['TaskRequested.v1', 'TaskCancelRequested.v1'],
        detail: { data: { agentId: ['calculator'] } },
      },
      batchSize: 1,
      maxReceiveCount: 3,
      visibilityTimeout: 60,
      concurrency: 10,
      maximumConcurrency: 10,
    });
  });

  it('with a pattern keeps it as it stands', () => {
    const written = { source: [{ prefix: 'starling.agents.' }], 'detail-type': ['TaskStatusChanged.v1'] };
    expect(parseSubscription({ pattern: written }, 30)).toEqual({
      kind: 'pattern',
      pattern: written,
      inline: false,
      batchSize: 10,
      maxReceiveCount: 3,
      visibilityTimeout: 180,
      concurrency: 10,
    });
  });

  it('takes every option', () => {
    const options = { batchSize: 5, maxReceiveCount: 7, visibilityTimeout: 61, concurrency: 2, deadline: 86_400 };
    expect(parseSubscription({ agent: 'a', ...options }, 10)).toMatchObject(options);
  });

  it('has a maximum on Lambda for an agent, and for a pattern that asks for it', () => {
    const maximumOf = (raw: object) => parseSubscription(raw, 10).maximumConcurrency;
    expect(maximumOf({ agent: 'a' })).toBe(10);
    expect(maximumOf({ agent: 'a', concurrency: 100 })).toBe(100);
    expect(maximumOf({ pattern })).toBeUndefined();
    expect(maximumOf({ pattern, concurrency: 4 })).toBe(4);
  });

  it('is of a standard queue, unless it says otherwise', () => {
    expect(parseSubscription({ pattern }, 10).fifo).toBeUndefined();
    expect(parseSubscription({ pattern, fifo: false }, 10).fifo).toBeUndefined();
    expect(parseSubscription({ agent: 'a' }, 10).fifo).toBeUndefined();
  });

  it('of a FIFO queue has one message group, or one by a field, and takes messages one by one', () => {
    expect(parseSubscription({ pattern, fifo: true }, 10)).toMatchObject({
      fifo: { groupBy: undefined },
      batchSize: 1,
    });
    const fifo = { groupBy: 'detail.data.order-id' };
    expect(parseSubscription({ pattern, fifo, batchSize: 10 }, 10)).toMatchObject({ fifo, batchSize: 10 });
  });

  it('with a pattern may be inline', () => {
    expect(parseSubscription({ pattern, inline: true }, 10)).toMatchObject({ inline: true });
  });

  it('may use the whole deadline and exactly six timeouts', () => {
    expect(parseSubscription({ agent: 'a', deadline: 10, visibilityTimeout: 60 }, 10)).toMatchObject({ deadline: 10 });
  });
});

const refusals: [what: string, raw: unknown, timeout: number, key: string | undefined, message: RegExp][] = [
  ['a text', 'calculator', 10, undefined, /is \{ agent: <id> \} or \{ pattern/],
  ['a list', [{ agent: 'a' }], 10, undefined, /is \{ agent: <id> \} or \{ pattern/],
  ['neither agent nor pattern', { batchSize: 1 }, 10, undefined, /needs an agent or a pattern/],
  ['both', { agent: 'a', pattern }, 10, 'pattern', /an agent or a pattern, not both/],
  [
    'an unknown option',
    { agent: 'a', retries: 3 },
    10,
    'retries',
    /no option 'retries'\. It takes agent, pattern, batch/,
  ],
  ['an agent id in capitals', { agent: 'Calculator' }, 10, 'agent', /"Calculator" is not an agent id/],
  ['an agent id that is no text', { agent: 7 }, 10, 'agent', /7 is not an agent id/],
  ['an agent id that is too long', { agent: 'a'.repeat(65) }, 10, 'agent', /is not an agent id/],
  ['a pattern that is a list', { pattern: [pattern] }, 10, 'pattern', /A pattern is an EventBridge event pattern/],
  ['a pattern that EventBridge refuses', { pattern: { source: 'x' } }, 10, 'pattern', /The pattern is not valid: /],
  [
    'a short visibility timeout',
    { agent: 'a', visibilityTimeout: 59 },
    10,
    'visibilityTimeout',
    /59 s is less than six .*60 s/,
  ],
  [
    'a timeout over the deadline',
    { agent: 'a', deadline: 9 },
    10,
    'deadline',
    /timeout of 10 s is longer than .* of 9 s/,
  ],
  [
    'a timeout over the default deadline',
    { agent: 'a' },
    301,
    'deadline',
    /timeout of 301 s is longer than .* of 300 s/,
  ],
  ['a deadline for a pattern', { pattern, deadline: 60 }, 10, 'deadline', /A pattern has no tasks: remove 'deadline'/],
  ['a deadline over a day', { agent: 'a', deadline: 86_401 }, 10, 'deadline', /from 1 to 86400, not 86401/],
  ['a batch that wants a window', { pattern, batchSize: 11 }, 10, 'batchSize', /from 1 to 10, not 11/],
  ['no receive', { agent: 'a', maxReceiveCount: 0 }, 10, 'maxReceiveCount', /from 1 to 1000, not 0/],
  ['less concurrency than Lambda allows', { agent: 'a', concurrency: 1 }, 10, 'concurrency', /from 2 to 1000, not 1/],
  ['a number in quotes', { agent: 'a', batchSize: '1' }, 10, 'batchSize', /not "1"/],
  ['a FIFO queue of an agent', { agent: 'a', fifo: true }, 10, 'fifo', /cancel request would wait behind/],
  ['another kind of FIFO', { pattern, fifo: 'yes' }, 10, 'fifo', /'fifo' must be true.*, not "yes"/],
  ['an unknown option of FIFO', { pattern, fifo: { groupBy: 'a', by: 'b' } }, 10, 'fifo', /\{ groupBy: <path> \}/],
  ['a FIFO queue without its path', { pattern, fifo: {} }, 10, 'fifo', /\{ groupBy: <path> \}/],
  ['a group by no path', { pattern, fifo: { groupBy: 7 } }, 10, 'fifo', /path into the event.*not 7/],
  ['a group by an empty path', { pattern, fifo: { groupBy: '' } }, 10, 'fifo', /path into the event/],
  ['a group by a JSON path', { pattern, fifo: { groupBy: '$.detail.id' } }, 10, 'fifo', /path into the event/],
  ['a group by an item of a list', { pattern, fifo: { groupBy: 'resources[0]' } }, 10, 'fifo', /path into the event/],
  ['a path that a pipe does not take', { pattern, fifo: { groupBy: 'a'.repeat(94) } }, 10, 'fifo', /93 characters/],
  ['an inline agent', { agent: 'a', inline: true }, 10, 'inline', /An agent receives its requests through its queue/],
  ['inline and FIFO', { pattern, inline: true, fifo: true }, 10, 'inline', /'inline' and 'fifo' exclude each other/],
  ['an inline that is a text', { pattern, inline: 'yes' }, 10, 'inline', /true or false, not "yes"/],
  ['a fraction', { agent: 'a', deadline: 10.5 }, 10, 'deadline', /not 10\.5/],
];

describe('a subscription is refused that is', () => {
  it.each(refusals)('%s', (_, raw, timeout, key, message) => {
    const refused = refusalOf(() => parseSubscription(raw, timeout));
    expect(refused.message).toMatch(message);
    expect(refused.key).toBe(key);
  });
});

describe('the subscriptions of a service', () => {
  it('are refused when two functions answer for an agent', () => {
    const subscriptions = new Subscriptions();
    subscriptions.add('first', { agent: 'echo' }, 10);
    const refused = refusalOf(() => subscriptions.add('second', { agent: 'echo' }, 10));
    expect(refused.message).toMatch(/function 'first' is the agent 'echo' already/);
    expect(refused.key).toBe('agent');
  });

  it('are refused when two are inline', () => {
    const subscriptions = new Subscriptions();
    subscriptions.add('first', { pattern, inline: true }, 10);
    const refused = refusalOf(() => subscriptions.add('second', { pattern, inline: true }, 10));
    expect(refused.message).toMatch(/'first' has an inline subscription already/);
    expect(refused.key).toBe('inline');
  });

  it('are refused when a function has two, as it has one queue', () => {
    const subscriptions = new Subscriptions();
    subscriptions.add('audit', { pattern }, 10);
    expect(refusalOf(() => subscriptions.add('audit', { pattern }, 10)).message).toMatch(/'audit' has a subscription/);
  });

  it.each([
    ['orders', true, 'orders-undelivered', false, 'orders-undelivered'],
    ['orders', true, 'orders-intake', false, 'orders-intake'],
    ['orders', true, 'orders-dlq', true, 'orders-dlq.fifo'],
    ['orders', false, 'orders-dlq', false, 'orders-dlq'],
    ['orders-dlq', false, 'orders', false, 'orders-dlq'],
  ])('are refused when %s (fifo: %s) and %s (fifo: %s) had one queue', (first, fifo, second, secondFifo, queue) => {
    const subscriptions = new Subscriptions();
    subscriptions.add(first, { pattern, fifo }, 10);
    expect(refusalOf(() => subscriptions.add(second, { pattern, fifo: secondFifo }, 10)).message).toBe(
      `The functions '${first}' and '${second}' would share the queue starling-{stage}-${queue}. Rename one of the functions.`,
    );
  });

  it('may have names that begin alike', () => {
    const subscriptions = new Subscriptions();
    subscriptions.add('orders', { pattern }, 10);
    for (const name of ['orders-undelivered', 'orders-intake', 'orders-2']) subscriptions.add(name, { pattern }, 10);
    expect(subscriptions.add('orders-dlq', { pattern, fifo: true }, 10)).toMatchObject({ pattern });
  });

  it('may share a pattern among functions', () => {
    const subscriptions = new Subscriptions();
    subscriptions.add('audit', { pattern }, 10);
    expect(subscriptions.add('billing', { pattern }, 10)).toMatchObject({ pattern });
  });
});

function refusalOf(act: () => unknown): InvalidSubscriptionError {
  try {
    act();
  } catch (error) {
    if (error instanceof InvalidSubscriptionError) return error;
    throw error;
  }
  throw new Error('It was not refused.');
}
