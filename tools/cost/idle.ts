import { HOURS_A_MONTH, idlePolling } from './assumptions.ts';
import { type PriceName, prices } from './prices.ts';
import { stack } from './stack.ts';

/** A line of the bill of a month without calls. */
export interface IdleLine {
  readonly what: string;
  readonly quantity: number;
  readonly price: PriceName;
  readonly usd: number;
  readonly note: string;
}

const SECONDS_A_MONTH = HOURS_A_MONTH * 3600;
const SWEEPS = SECONDS_A_MONTH / 60;
/** The seconds of a sweep that finds nothing, and the partitions that it reads. */
const SWEEP = { seconds: 0.15, reads: 16 } as const;

/** The cost of the stack without calls. `onDemand`: the artifact stream scales by itself, as in the stage prod. */
export function idleBill(onDemand: boolean): IdleLine[] {
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
  ];
}

function idle(what: string, quantity: number, price: PriceName, note: string): IdleLine {
  return { what, quantity, price, usd: quantity * prices[price].usd, note };
}
