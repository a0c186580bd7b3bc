import { expect, it } from 'vitest';
import {
  currentAgentRuntime,
  currentAuthorizerRuntime,
  currentRuntime,
  provideRuntime,
} from '#shared/runtime/current.ts';
import type { AuthorizerRuntime, Runtime } from '#shared/runtime/runtime.ts';
import { RecordingRuntime } from '#test/support/agent-runtime.ts';

const authorizer = { tokens: null, permissions: null, log: null } as unknown as AuthorizerRuntime;
const whole = { publisher: null, tasks: null, ...authorizer } as unknown as Runtime;

it('nobody has a runtime before one is provided', () => {
  for (const current of [currentRuntime, currentAgentRuntime, currentAuthorizerRuntime]) {
    expect(current).toThrow('no runtime was provided');
  }
});

it('each gets the part that it needs, and a clear word where that is not there', () => {
  provideRuntime(whole);
  expect([currentRuntime(), currentAgentRuntime(), currentAuthorizerRuntime()]).toEqual([whole, whole, whole]);
  const agent = new RecordingRuntime();
  provideRuntime(agent);
  expect(currentAgentRuntime()).toBe(agent);
  expect(currentAuthorizerRuntime).toThrow('for an agent alone');
  expect(currentRuntime).toThrow('only a part');
  provideRuntime(authorizer);
  expect(currentAuthorizerRuntime()).toBe(authorizer);
  expect(currentAgentRuntime).toThrow('for an authorizer alone');
  expect(currentRuntime).toThrow('only a part');
});
