import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createEmfMetrics } from '#shared/telemetry/emf.ts';
import { type CounterName, counters, type HistogramName, histograms, type Metrics } from '#shared/telemetry/metrics.ts';

interface EmfLine {
  readonly _aws: {
    readonly Timestamp: number;
    readonly CloudWatchMetrics: readonly {
      readonly Namespace: string;
      readonly Dimensions: readonly (readonly string[])[];
      readonly Metrics: readonly { readonly Name: string; readonly Unit: string }[];
    }[];
  };
  readonly [name: string]: unknown;
}

describe('createEmfMetrics', () => {
  let lines: string[];
  const write = (line: string) => lines.push(line);
  const open = (functionName?: string) =>
    createEmfMetrics({ stage: 'dev', write, ...(functionName !== undefined && { functionName }) });
  const written = () => lines.map((line) => JSON.parse(line) as EmfLine);

  beforeEach(() => {
    lines = [];
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it('writes a metric that CloudWatch can read', () => {
    const metrics = open();
    metrics.count('starling_deadlines_missed_total', { agent: 'echo' });
    metrics.flush();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^\{[^\n]*\}\n$/);
    expect(written()[0]).toEqual({
      _aws: {
        Timestamp: expect.any(Number),
        CloudWatchMetrics: [
          {
            Namespace: 'Starling',
            Dimensions: [['service', 'agent']],
            Metrics: [{ Name: 'starling_deadlines_missed_total', Unit: 'Count' }],
          },
        ],
      },
      service: 'starling-dev',
      agent: 'echo',
      starling_deadlines_missed_total: 1,
    });
  });

  it('keeps what varies much out of the dimensions', () => {
    const metrics = open();
    metrics.count('starling_call_errors_total', { agent: 'echo', code: 'TIMEOUT' });
    metrics.flush();
    const [line] = written();
    expect(line?._aws.CloudWatchMetrics[0]?.Dimensions).toEqual([['service', 'agent']]);
    expect(line).toMatchObject({ code: 'TIMEOUT', starling_call_errors_total: 1 });
  });

  it('adds up what is the same, shares lines, and keeps the rest apart', () => {
    const metrics = open();
    metrics.count('starling_agent_attempts_total', { agent: 'echo' });
    metrics.count('starling_agent_attempts_total', { agent: 'echo' }, 2);
    metrics.count('starling_agent_retries_total', { agent: 'echo' });
    metrics.count('starling_agent_attempts_total', { agent: 'weather' });
    metrics.flush();
    expect(written()).toMatchObject([
      { agent: 'echo', starling_agent_attempts_total: 3, starling_agent_retries_total: 1 },
      { agent: 'weather', starling_agent_attempts_total: 1 },
    ]);
    expect(written()[1]).not.toHaveProperty('starling_agent_retries_total');
  });

  it('puts what one invocation of the projector counts into one line, each metric with its own dimensions', () => {
    const metrics = open();
    metrics.observe('starling_queue_wait_seconds', { function: 'projector' }, 0.1);
    metrics.count('starling_tasks_ended_total', { agent: 'echo', state: 'TASK_STATE_COMPLETED' });
    metrics.observe('starling_task_duration_seconds', { agent: 'echo', state: 'TASK_STATE_COMPLETED' }, 0.5);
    metrics.flush();
    expect(written()).toEqual([
      {
        _aws: {
          Timestamp: expect.any(Number),
          CloudWatchMetrics: [
            {
              Namespace: 'Starling',
              Dimensions: [['service', 'function']],
              Metrics: [{ Name: 'starling_queue_wait_seconds', Unit: 'Seconds' }],
            },
            {
              Namespace: 'Starling',
              Dimensions: [['service', 'agent', 'state']],
              Metrics: [{ Name: 'starling_tasks_ended_total', Unit: 'Count' }],
            },
            {
              Namespace: 'Starling',
              Dimensions: [['service', 'agent']],
              Metrics: [{ Name: 'starling_task_duration_seconds', Unit: 'Seconds' }],
            },
          ],
        },
        service: 'starling-dev',
        function: 'projector',
        agent: 'echo',
        state: 'TASK_STATE_COMPLETED',
        starling_queue_wait_seconds: 0.1,
        starling_tasks_ended_total: 1,
        starling_task_duration_seconds: 0.5,
      },
    ]);
  });

  it('keeps apart what would read as one: a metric with two values, and a property of another metric', () => {
    const metrics = open();
    for (const [agent, state] of [
      ['echo', 'TASK_STATE_COMPLETED'],
      ['echo', 'TASK_STATE_FAILED'],
      ['weather', 'TASK_STATE_COMPLETED'],
    ] as const) {
      metrics.count('starling_tasks_ended_total', { agent, state });
    }
    // The code is of the error, not of the attempts.
    metrics.count('starling_call_errors_total', { agent: 'other', code: 'TIMEOUT' });
    metrics.count('starling_agent_attempts_total', { agent: 'other' });
    metrics.flush();
    expect(written()).toHaveLength(5);
    expect(written().find((line) => 'starling_agent_attempts_total' in line)).not.toHaveProperty('code');
  });

  it('tells each count once, and is silent where there was none', () => {
    const metrics = open();
    metrics.flush();
    metrics.count('starling_agent_attempts_total', { agent: 'echo' });
    metrics.flush();
    metrics.flush();
    metrics.count('starling_agent_attempts_total', { agent: 'echo' });
    metrics.flush();
    expect(written().map((line) => line.starling_agent_attempts_total)).toEqual([1, 1]);
  });

  it('takes every counter there is, with all of its labels', () => {
    const metrics = open();
    const count = metrics.count as (name: CounterName, labels: Record<string, string>) => void;
    for (const name of Object.keys(counters) as CounterName[]) {
      count(name, Object.fromEntries(counters[name].labels.map((label) => [label, `its-${label}`])));
    }
    metrics.flush();
    for (const name of Object.keys(counters) as CounterName[]) {
      const line = written().find((one) => one[name] === 1);
      for (const label of counters[name].labels) expect(line).toHaveProperty(label, `its-${label}`);
    }
  });

  it('writes durations as values in seconds, at most 99 in a line', () => {
    const metrics = open();
    const labels = { agent: 'echo', method: 'SendMessage' };
    for (let seconds = 1; seconds <= 250; seconds++) {
      metrics.observe('starling_call_duration_seconds', labels, seconds);
    }
    metrics.count('starling_calls_total', labels);
    metrics.flush();
    metrics.flush();
    const durations = written().map((line) => line.starling_call_duration_seconds as number[]);
    expect(durations.map(({ length }) => length)).toEqual([99, 99, 52]);
    expect(durations.flat()).toEqual(Array.from({ length: 250 }, (_, index) => index + 1));
    const [first, , last] = written();
    expect(first?._aws.CloudWatchMetrics[0]).toMatchObject({
      Dimensions: [['service', 'agent']],
      Metrics: [{ Name: 'starling_call_duration_seconds', Unit: 'Seconds' }],
    });
    expect(last).toMatchObject({ agent: 'echo', method: 'SendMessage', starling_calls_total: 1 });
  });

  it('takes every duration there is, and none below 0', () => {
    const metrics = open();
    const observe = metrics.observe as (name: HistogramName, labels: Record<string, string>, seconds: number) => void;
    for (const name of Object.keys(histograms) as HistogramName[]) {
      observe(name, Object.fromEntries(histograms[name].labels.map((label) => [label, `its-${label}`])), -1);
    }
    metrics.flush();
    for (const name of Object.keys(histograms) as HistogramName[]) {
      const line = written().find((one) => one[name] === 0);
      for (const label of histograms[name].labels) expect(line).toHaveProperty(label, `its-${label}`);
    }
    expect(() => observe('starling_queue_wait_seconds', { function: 'echo' }, Number.NaN)).toThrow(RangeError);
  });

  it.each([-1, Number.NaN])('refuses to count %d', (by) => {
    const metrics: Metrics = open();
    expect(() => metrics.count('starling_agent_attempts_total', { agent: 'echo' }, by)).toThrow(RangeError);
  });

  it('tells a cold start once, with its function', () => {
    vi.stubEnv('AWS_LAMBDA_INITIALIZATION_TYPE', 'on-demand');
    const metrics = open('starling-dev-echo');
    metrics.flush();
    metrics.flush();
    expect(written()).toHaveLength(1);
    expect(written()[0]).toMatchObject({ ColdStart: 1, service: 'starling-dev', function: 'starling-dev-echo' });
    expect(written()[0]?._aws.CloudWatchMetrics[0]?.Dimensions).toEqual([['service']]);
  });

  it('tells none where the environment was made ahead of calls, or is a container', () => {
    vi.stubEnv('AWS_LAMBDA_INITIALIZATION_TYPE', 'provisioned-concurrency');
    open('starling-dev-echo').flush();
    vi.stubEnv('AWS_LAMBDA_INITIALIZATION_TYPE', undefined);
    open('starling-dev-echo').flush();
    vi.stubEnv('AWS_LAMBDA_INITIALIZATION_TYPE', 'on-demand');
    open().flush();
    expect(lines).toEqual([]);
  });

  it('says where the figures are, in a form that Prometheus reads as no figures', async () => {
    const text = await open().text();
    expect(text).toContain('service = starling-dev');
    for (const line of text.trimEnd().split('\n')) expect(line).toMatch(/^# /);
  });
});
