import {
  authorizerCache,
  cpu,
  LOG_OVERHEAD,
  latency,
  memory as memories,
  sampleMemory,
  traffic,
} from './assumptions.ts';
import { agentRun, authorizer, GB, gbSeconds, type Line, line, shared } from './bill.ts';
import { computing } from './durations.ts';

/**
 * AWS's sample A2A gateway on the same assumptions: https://github.com/aws-samples/sample-a2a-gateway, as read at commits
 * 04209e9d to ccebe078 (its Terraform, proxy_container/app/main.py, authorizer/handler.py).
 *
 * A REST API with an authorizer whose policy is cached for 5 min, and a proxy that for each call counts the caller's
 * minute (one write), gets the agent (one read, eventually consistent), and waits for the backend. Its tokens for the
 * backend are cached in memory. Its Lambda functions run on x86 by default; here they get arm64's price, like ours.
 */
export const sample = {
  /**
   * The item of the agent with its cached card: at most one read unit, and half of it for an eventually consistent
   * read.
   */
  readUnits: 0.5,
  writeUnits: 1,
  /** Log lines of a call: five of the proxy at INFO, one of httpx, one of uvicorn, and START, END and REPORT. */
  logLines: 10,
  /** The bytes of these lines, from its format strings with an agent id of ten characters. */
  logBytes: 880 + 150 + 75 + 310,
} as const;

/** The bill of a million calls that wait or stream. In both cases the proxy runs for the whole time. */
export function sampleBill(seconds: number, proxyMemory: number = sampleMemory.proxy): Line[] {
  const own = 2 * latency.dynamodb + latency.backend + computing(cpu.proxy, proxyMemory);
  const logs = sample.logBytes + sample.logLines * LOG_OVERHEAD + traffic.accessLine + LOG_OVERHEAD;
  return [
    line('API', 1, 'apiRequest', 'one address, TLS, throttling'),
    line('proxy: runs', 1, 'lambdaRequest', 'one address for many agents'),
    line('proxy: time, waiting', gbSeconds(seconds * 1000 + own, proxyMemory), 'lambdaTime', 'a synchronous answer'),
    ...authorizer(authorizerCache.sample),
    ...shared(1),
    line('rate counter', sample.writeUnits, 'writeUnit', 'no caller takes all'),
    line('registry', sample.readUnits, 'readUnit', 'where the agent is'),
    ...agentRun(seconds * 1000 + computing(cpu.agent, memories.agent)),
    line('logs', logs / GB, 'logs', 'who called what, and what went wrong'),
  ];
}
