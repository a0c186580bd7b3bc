import { HOURS_A_MONTH, idlePolling } from './assumptions.ts';
import { type PriceName, prices } from './prices.ts';
import { stack } from './stack.ts';

/** A line of the bill of a month without calls. */
export interface IdleLine {
  readonly what: string;
  readonly quantity: number;
  readonly usd: number;
  readonly note: string;
}

const SECONDS_A_MONTH = HOURS_A_MONTH * 3600;
const SWEEPS = SECONDS_A_MONTH / 60;
/** The seconds of a sweep that finds nothing, and the partitions that it reads. */
const SWEEP = { seconds: 0.15, reads: 16 } as const;
/** A call every five minutes, which takes a second. It is assumed that its function starts six times a day. */
const CANARY = {
  runs: SECONDS_A_MONTH / 300,
  seconds: 1,
  tokens: (6 * SECONDS_A_MONTH) / 86_400,
  // Those of an agent in use: shared/telemetry/emf.ts.
  metrics: 6,
} as const;

/**
 * The cost of the stack without calls.
 *
 * @param onDemand the artifact stream scales by itself, as in the stage prod
 * @param callUsd dollars of a call like the canary's
 */
export function idleBill(onDemand: boolean, callUsd: number): IdleLine[] {
  const { all, withMaximum } = stack.queueConsumers;
  const pollers = withMaximum * idlePolling.pollersOfMaximum + (all - withMaximum) * idlePolling.pollers;
  const polls = pollers * (SECONDS_A_MONTH / idlePolling.seconds);
  return [
    onDemand
      ? idle('artifact stream, on demand', HOURS_A_MONTH, 'streamHour', '`streamMode: ON_DEMAND`, as in the stage prod')
      : idle('artifact stream, one shard', HOURS_A_MONTH, 'shardHour', '`streamMode: PROVISIONED`, the default'),
    idle(
      'metrics of alarms',
      stack.alarmMetrics,
      'alarmMonth',
      'errors, throttles, age, dead letters, quarantine, deadlines',
    ),
    idle('dashboard', 1, 'dashboardMonth', '`dashboard: off` leaves it out; three of an account are free'),
    idle(
      'queues without messages',
      polls,
      'queueRequest',
      `${withMaximum} consumers with \`concurrency\`: ${idlePolling.pollersOfMaximum} pollers each; ${all - withMaximum} without: ${idlePolling.pollers}`,
    ),
    idle('key', stack.keys, 'keyMonth', 'alarms cannot publish under a key of AWS'),
    idle('sweeper: runs', SWEEPS, 'lambdaRequest', 'once a minute'),
    idle('sweeper: time', SWEEPS * SWEEP.seconds * (stack.memory.sweeper / 1024), 'lambdaTime', 'finds nothing'),
    idle('sweeper: reads', SWEEPS * SWEEP.reads, 'readUnit', 'tasks that are overdue or unsent'),
    idle('canary: runs', CANARY.runs, 'lambdaRequest', 'every five minutes; `canary: off` leaves it out'),
    idle('canary: time', CANARY.runs * CANARY.seconds * (stack.memory.canary / 1024), 'lambdaTime', 'waits for echo'),
    {
      what: 'canary: calls',
      quantity: CANARY.runs,
      usd: CANARY.runs * callUsd,
      note: 'a blocking call each, by the bill above',
    },
    idle(
      'canary: tokens',
      CANARY.tokens,
      'token',
      'a token is good for a day, and each start of its function takes one',
    ),
    idle('canary: secret', stack.secrets, 'secretMonth', 'the credentials of its client'),
    idle('canary: metrics of echo', CANARY.metrics, 'metricMonth', 'its calls have echo in use'),
  ];
}

function idle(what: string, quantity: number, price: PriceName, note: string): IdleLine {
  return { what, quantity, usd: quantity * prices[price].usd, note };
}
