import { describe, expect, it } from 'vitest';
import type { Call, OrderedPut, Put, Receipt } from '#test/chaos/ledger.ts';
import { judgeArchive } from '#test/chaos/verdict/archive.ts';
import { logProblem, outputProblem, retoldProblem } from '#test/chaos/verdict/log.ts';
import { judgeGroups, judgeQueue } from '#test/chaos/verdict/messages.ts';
import { orderProblem } from '#test/chaos/verdict/order.ts';

const put = (key: string, id: string | undefined, count = 1): Put => ({ key, id, tries: { count } });

describe('the order in which something was given', () => {
  it.each<[string, number[], number]>([
    ['as it is', [0, 1, 2], 3],
    ['with some that came again, and those behind them', [0, 1, 0, 1, 2, 2], 3],
  ])('is right %s', (_what, given, count) => expect(orderProblem(given, count)).toBeUndefined());

  it.each<[string, number[], number]>([
    ['one is skipped', [0, 2], 3],
    ['one is skipped behind one that came again', [0, 1, 0, 2], 3],
    ['the last is missing', [0, 1], 3],
    ['there is one that nobody knows', [0, -1, 1, 2], 3],
  ])('is wrong when %s', (_what, given, count) => expect(orderProblem(given, count)).toBeDefined());
});

describe('the archive', () => {
  const judge = (archived: [id: string, key: string][], puts: readonly Put[]) => {
    const problems: string[] = [];
    const events = archived.map(([id, key]) => ({ id, key, group: undefined }));
    judgeArchive(events, puts, problems);
    return problems;
  };

  it('has what was acknowledged, and what was put again', () => {
    const events: [string, string][] = [
      ['1', 'a'],
      ['2', 'b'],
      ['3', 'b'],
    ];
    expect(judge(events, [put('a', '1'), put('b', '3', 2)])).toEqual([]);
  });

  it.each<[string, [string, string][], readonly Put[]]>([
    ['lacks an event', [], [put('a', '1')]],
    ['has it only under another id', [['2', 'a']], [put('a', '1', 2)]],
    ['has it twice that was put once', ['1', '2'].map((id) => [id, 'a']), [put('a', '1')]],
    ['has an id twice', ['1', '1'].map((id) => [id, 'a']), [put('a', '1', 2)]],
    ['has what nobody put', [['1', 'a']], []],
  ])('is wrong when it %s', (_what, events, puts) => expect(judge(events, puts)).toHaveLength(1));
});

describe('a queue', () => {
  const sent = (place: number): OrderedPut => ({ ...put(`g/${place}`, `m${place}`), group: 'g', place });
  const receipt = (place: number, at: number, more: Partial<Receipt> = {}): Receipt => ({
    ...{ messageId: `m${place}`, key: `g/${place}`, group: 'g', place },
    ...{ asked: at, answered: at + 1, deleting: at + 2, deleted: at + 3 },
    ...more,
  });
  const judge = (received: readonly Receipt[]) => {
    const problems: string[] = [];
    const ledger = { sent: [sent(0), sent(1)], received: [...received] };
    judgeQueue('q', ledger, problems);
    judgeGroups('q', ledger, problems);
    return problems;
  };

  it('gives all in order, and again what was not deleted', () => {
    const notYet = { deleted: undefined };
    expect(judge([receipt(0, 10), receipt(1, 20)])).toEqual([]);
    expect(judge([receipt(0, 10), receipt(1, 10)])).toEqual([]);
    expect(judge([receipt(0, 10, notYet), receipt(0, 20), receipt(1, 30)])).toEqual([]);
  });

  it.each<[string, Receipt[]]>([
    ['one never came', [receipt(0, 10)]],
    ['one came again that was deleted', [receipt(0, 10), receipt(0, 20), receipt(1, 30)]],
    ['one came before another of its group', [receipt(1, 10), receipt(0, 20)]],
    ['one came while another of its group was in flight', [receipt(0, 10, { deleting: 50 }), receipt(1, 20)]],
    [
      'one came as another message than it was acknowledged as',
      [receipt(0, 5, { messageId: 'x' }), receipt(0, 10), receipt(1, 20)],
    ],
  ])('is wrong when %s', (_what, received) => expect(judge(received)).not.toEqual([]));
});

describe('a task', () => {
  const call: Call = {
    ...{ messageId: 'm', agent: 'narrator', text: '2', tries: { count: 1 }, taskIds: new Set<string>() },
    ...{ told: new Map<number, string>(), resumed: 0, ended: undefined, canceled: false },
  };
  const status = { state: 'TASK_STATE_COMPLETED', timestamp: '2026-01-01T00:00:00.000Z' } as const;
  const output = (text: string) =>
    outputProblem(call, { id: 't', contextId: 'c', status, artifacts: [{ artifactId: 'a', parts: [{ text }] }] });
  const stream = (...chunks: [text: string, append: boolean][]) => {
    const entries = chunks.map(([text, append], index): [number, string] => {
      const artifact = { artifactId: 'a', parts: [{ text }] };
      return [index + 2, JSON.stringify({ artifactUpdate: { artifact, append, lastChunk: false } })];
    });
    return new Map(entries);
  };
  const entry = (position: number, more: object = {}) => ({
    position,
    kind: 'artifact' as const,
    turn: 1,
    attempt: 1,
    ...more,
  });
  const last = { kind: 'status' as const, state: 'TASK_STATE_COMPLETED' as const };

  it('has the output of one run', () => {
    expect(output('2.ab:1 2.ab:2 ')).toBeUndefined();
    for (const wrong of ['2.ab:1 ', '1.aa:1 2.ab:2 ', '1.aa:1 2.ab:1 2.ab:2 ', '2.ab:2 2.ab:1 ']) {
      expect(output(wrong)).toBeDefined();
    }
  });

  it('tells each chunk once, and those of a later attempt in place of the earlier', () => {
    expect(retoldProblem(call, stream(['1.aa:1 ', false], ['2.ab:1 ', false], ['2.ab:2 ', true]))).toBeUndefined();
    expect(retoldProblem(call, stream(['1.aa:1 ', false], ['2.ab:1 ', true]))).toContain('does not replace');
    expect(retoldProblem(call, stream(['1.aa:1 ', false], ['1.aa:1 ', true]))).toContain('follows');
    expect(retoldProblem(call, stream(['2.ab:1 ', false], ['1.aa:1 ', false]))).toContain('follows');
    expect(retoldProblem(call, stream(['1.aa:1 ', false], ['1.bb:1 ', false]))).toContain('follows');
  });

  it('has told nothing that it takes back', () => {
    const told = { ...call, told: new Map([[2, 'this']]) };
    expect(retoldProblem(told, new Map([[2, 'that']]))).toContain('was told as this');
  });

  it('has a log without gaps, that goes forward and ends once', () => {
    expect(logProblem([entry(1), entry(2, { attempt: 2 }), entry(3, { attempt: 2, ...last })])).toBeUndefined();
    expect(logProblem([entry(1), entry(3, last)])).toContain('position 3');
    expect(logProblem([entry(1, { attempt: 2 }), entry(2), entry(3, last)])).toContain('attempt 1');
    expect(logProblem([entry(1, last), entry(2, last)])).toContain('behind its end');
    expect(logProblem([entry(1)])).toContain('no end');
  });
});
