import { HOURS_A_MONTH, LOG_OVERHEAD, latency, memory, retention, sampleMemory, traffic } from './assumptions.ts';
import { billOf, type CallShape, GB, type Line, total } from './bill.ts';
import { type Counts, countOf } from './counts.ts';
import { defaultSetting, type Setting, yieldToClient } from './durations.ts';
import { type IdleLine, idleBill } from './idle.ts';
import { checkedAt, type Price, prices, region } from './prices.ts';
import { sampleBill } from './sample.ts';
import { stack } from './stack.ts';
import { sum } from './units.ts';

/** The tables of docs/cost.md by the names of their markers. */
export function tablesOf(counts: Counts): ReadonlyMap<string, string> {
  return new Map([
    ['comparison', comparison(counts)],
    ['rate-counter', rateCounter(counts)],
    ['bill', bill(counts)],
    ['memory', memorySizes(counts)],
    ['wait', waitBudgets(counts)],
    ['options', options(counts)],
    ['streams', streams(counts)],
    ['idle', idleTable(counts)],
    ['assumptions', assumptions()],
    ['prices', priceTable()],
  ]);
}

const times = [0.2, 2, 20] as const;
const headline = { kind: 'blocking', seconds: 0.2, delivery: 'quiet' } as const;

function dollars(counts: Counts, shape: CallShape, setting: Setting = defaultSetting): number {
  return total(billOf(shape, counts, setting));
}

function comparison(counts: Counts): string {
  const rows = times.map((seconds) => {
    const other = total(sampleBill(seconds));
    const cell = (kind: CallShape['kind'], delivery: CallShape['delivery']) => {
      const usd = dollars(counts, { kind, seconds, delivery });
      return `${money(usd)} (${(usd / other).toFixed(2)})`;
    };
    const both = (kind: CallShape['kind']) => `${cell(kind, 'quiet')} / ${cell(kind, 'busy')}`;
    return [`${seconds} s`, money(other), both('blocking'), both('immediate'), both('streaming')];
  });
  return table(['agent works', "AWS's sample", 'blocking: quiet / busy', 'immediate + GetTask', 'streaming'], rows);
}

/** The comparison when the mesh, too, counts each call. */
function rateCounter(counts: Counts): string {
  const setting = { ...defaultSetting, rateCounter: true };
  const rows = times.map((seconds) => {
    const ratio = (kind: CallShape['kind'], delivery: CallShape['delivery']) =>
      (dollars(counts, { kind, seconds, delivery }, setting) / total(sampleBill(seconds))).toFixed(2);
    const both = (kind: CallShape['kind']) => `${ratio(kind, 'quiet')} / ${ratio(kind, 'busy')}`;
    return [`${seconds} s`, both('blocking'), both('immediate'), both('streaming')];
  });
  return table(['agent works', 'blocking: quiet / busy', 'immediate + GetTask', 'streaming'], rows);
}

/** The difference that `streamFanOut` makes. */
function streams(counts: Counts): string {
  const off = { kind: 'streaming', seconds: 2, delivery: 'quiet' } as const;
  const on = { ...off, fanOut: true } as const;
  const time = (shape: CallShape) => `${(yieldToClient(countOf(counts, shape), counts) / 1000).toFixed(2)} s`;
  return table(
    ['', '`off`', '`on`'],
    [
      ['from yield to client', time(off), time(on)],
      ['of it: from PutRecords to the function', `${latency.stream} ms`, `${latency.fanOut} ms`],
      [`a million streams of ${off.seconds} s`, money(dollars(counts, off)), money(dollars(counts, on))],
      ['runs of `chunks` in one of them', ...[off, on].map((shape) => String(countOf(counts, shape).runs.chunks))],
      ['each shard of a provisioned stream and month', '–', money(prices.consumerHour.usd * HOURS_A_MONTH)],
    ],
  );
}

function bill(counts: Counts): string {
  const quiet = billOf(headline, counts, defaultSetting);
  const busy = new Map(
    billOf({ ...headline, delivery: 'busy' }, counts, defaultSetting).map((each) => [each.what, each]),
  );
  const rows = quiet.map((each) => [
    each.what,
    amount(each),
    money(each.usd),
    money(busy.get(each.what)?.usd ?? 0),
    each.pays,
  ]);
  rows.push(['**all**', '', `**${money(total(quiet))}**`, `**${money(total([...busy.values()]))}**`, '']);
  return table(['line', 'of one call', 'quiet', 'busy', 'what it pays for'], rows);
}

function memorySizes(counts: Counts): string {
  const rows = [256, 512, 1024].map((gatewayMemory) => [
    `${gatewayMemory} MB`,
    ...times.map((seconds) => money(dollars(counts, { ...headline, seconds }, { ...defaultSetting, gatewayMemory }))),
    money(dollars(counts, { kind: 'immediate', seconds: 20, delivery: 'quiet' }, { ...defaultSetting, gatewayMemory })),
    money(dollars(counts, { kind: 'streaming', seconds: 20, delivery: 'quiet' }, { ...defaultSetting, gatewayMemory })),
  ]);
  rows.push(
    ...[256, 1024].map((size) => [
      `sample, ${size} MB`,
      ...times.map((s) => money(total(sampleBill(s, size)))),
      '–',
      '–',
    ]),
  );
  return table(['memory', 'blocking 0.2 s', '2 s', '20 s', 'immediate 20 s', 'streaming 20 s'], rows);
}

/** When the time of a call ends, the answer is the task as it is, and the client asks once more. */
function waitBudgets(counts: Counts): string {
  const rows = [1, 5, 25].map((waitBudget) => [
    `${waitBudget} s`,
    ...times.map((seconds) => money(dollars(counts, { ...headline, seconds }, { ...defaultSetting, waitBudget }))),
  ]);
  const immediate = times.map((seconds) => money(dollars(counts, { ...headline, kind: 'immediate', seconds })));
  return table(['wait budget', 'agent 0.2 s', '2 s', '20 s'], [['returnImmediately', ...immediate], ...rows]);
}

/** The bytes that EventBridge adds to a delivered event: account, region, id and so on. */
const ENVELOPE = 330;

/** The options of a stage, in dollars for a million blocking calls of 0.2 s. */
function options(counts: Counts): string {
  const { bytes, messages } = countOf(counts, headline);
  const events = messages.agent + messages.projector;
  const logged = bytes.events + events * (ENVELOPE + LOG_OVERHEAD);
  const stored =
    (bytes.stored / GB) * (1 - retention.tasks / 30) * (prices.tableStorage.usd + prices.tableRecovery.usd);
  return table(
    ['option', 'adds'],
    [
      [
        '`eventLog: on` (so in stages other than prod): every event in a log, for `starling events tail`',
        money((logged / GB) * prices.logs.usd * 1e6),
      ],
      [`tasks kept for 30 days instead of ${retention.tasks}`, money(stored * 1e6)],
      [
        'a third event: the agent says `working`, because it takes over a second or says so itself',
        money(
          prices.event.usd * 1e6 +
            3 * prices.queueRequest.usd * 1e6 +
            prices.lambdaRequest.usd * 1e6 +
            prices.writeUnit.usd * 1e6 +
            prices.readUnit.usd * 1e6,
        ),
      ],
    ],
  );
}

function idleTable(counts: Counts): string {
  const callUsd = dollars(counts, headline) / 1e6;
  const [one, other] = [idleBill(false, callUsd), idleBill(true, callUsd)];
  const all = [...one.slice(0, 1), ...other];
  const rows = all.map(({ what, quantity, usd, note }) => [
    what,
    count(quantity),
    one.some((each) => each.what === what) ? money(usd) : '–',
    other.some((each) => each.what === what) ? money(usd) : '–',
    note,
  ]);
  const sumOf = (lines: readonly IdleLine[]) => `**${money(sum(lines.map(({ usd }) => usd)))}**`;
  rows.push(['**all**', '', sumOf(one), sumOf(other), '']);
  return table(['line', 'of a month', 'default', 'prod', 'note'], rows);
}

function assumptions(): string {
  return table(
    ['what', 'taken as'],
    [
      [
        'DynamoDB, PutEvents, PutRecords answer in',
        `${latency.dynamodb}, ${latency.putEvents}, ${latency.putRecords} ms`,
      ],
      ['EventBridge to queue, queue to function', `${latency.bus}, ${latency.queue} ms`],
      ['PutRecords to function; with enhanced fan-out', `${latency.stream}; ${latency.fanOut} ms`],
      ["the sample's HTTPS connection to its backend", `${latency.backend} ms`],
      [
        'memory: gateway, projector, chunks; agent; the sample’s proxy',
        `${memory.gateway}; ${memory.agent}; ${sampleMemory.proxy} MB`,
      ],
      ['a client calls each; takes a token for', `${traffic.clientPause} s; ${count(traffic.callsPerToken)} calls`],
      ['chunks a second, Kinesis batches a second', `${traffic.chunksPerSecond}, ${traffic.chunkBatchesPerSecond}`],
      ['calls that X-Ray records', `${stack.traceRate * 100} %`],
      ['kept: tasks, archive', `${retention.tasks}, ${retention.archive} days`],
    ],
  );
}

function priceTable(): string {
  const seen = { aws: "AWS's page", quoted: 'quoted', known: 'not seen' } as const;
  const all: Price[] = Object.values(prices);
  const rows = all.map((each) => [each.per, perUnit(each), each.source, seen[each.seen]]);
  return table([`${region}, ${checkedAt}`, 'dollars', 'aws.amazon.com/…', 'checked'], rows);
}

function perUnit({ usd }: Price): string {
  return usd < 0.00001 && usd * 1e6 >= 0.1 && usd !== prices.lambdaTime.usd
    ? `${round(usd * 1e6)} a million`
    : String(usd);
}

function round(value: number): string {
  return String(Number(value.toPrecision(6)));
}

function amount({ quantity, price }: Line): string {
  return `${count(quantity)} ${units[price] ?? ''}`.trim();
}

const units: Readonly<Partial<Record<string, string>>> = {
  lambdaTime: 'GB-s',
  writeUnit: 'WRU',
  readUnit: 'RRU',
  archiveIn: 'GB',
  archiveStorage: 'GB-month',
  tableStorage: 'GB-month',
  tableRecovery: 'GB-month',
  transferOut: 'GB',
  logs: 'GB',
};

function count(value: number): string {
  if (value >= 1000) return Math.round(value).toLocaleString('en-US');
  return value >= 0.001 ? String(Number(value.toPrecision(3))) : value.toExponential(1);
}

function money(usd: number): string {
  return usd.toFixed(2);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rule = head.map((_, column) =>
    column > 0 && rows.every((row) => /^[\d.*–]*$/.test(row[column] ?? '')) ? '---:' : '---',
  );
  return [line(head), line(rule), ...rows.map(line)].join('\n');
}
