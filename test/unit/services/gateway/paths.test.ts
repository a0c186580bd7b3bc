import { describe, expect, it } from 'vitest';
import { matchPath } from '#services/gateway/http-json/paths.ts';

describe('a path below the address of an agent', () => {
  it.each([
    ['POST', '/message:send', 'SendMessage', {}, false],
    ['POST', '/message%3Asend', 'SendMessage', {}, false],
    ['POST', '/v1/message:stream', 'SendStreamingMessage', {}, true],
    ['GET', '/tasks', 'ListTasks', {}, false],
    ['GET', '/tasks/a%20b', 'GetTask', { id: 'a b' }, false],
    ['POST', '/tasks/t:cancel', 'CancelTask', { id: 't' }, false],
    ['POST', '/v1/tasks/t:cancel', 'CancelTask', { id: 't' }, true],
    ['GET', '/tasks/t:subscribe', 'SubscribeToTask', { id: 't' }, false],
    ['POST', '/tasks/t:subscribe', 'SubscribeToTask', { id: 't' }, false],
    ['GET', '/acme/tasks/t', 'GetTask', { id: 't', tenant: 'acme' }, false],
    ['GET', '/acme/v1/tasks/t', 'GetTask', { id: 't', tenant: 'acme' }, true],
    ['GET', '/tasks/tasks', 'GetTask', { id: 'tasks' }, false],
    ['POST', '/tasks/t/pushNotificationConfigs', 'CreateTaskPushNotificationConfig', { taskId: 't' }, false],
    ['GET', '/tasks/t/pushNotificationConfigs', 'ListTaskPushNotificationConfigs', { taskId: 't' }, false],
    ['GET', '/tasks/t/pushNotificationConfigs/c', 'GetTaskPushNotificationConfig', { taskId: 't', id: 'c' }, false],
    [
      'DELETE',
      '/tasks/t/pushNotificationConfigs/c',
      'DeleteTaskPushNotificationConfig',
      { taskId: 't', id: 'c' },
      false,
    ],
    ['GET', '/extendedAgentCard', 'GetExtendedAgentCard', {}, false],
    ['GET', '/v1/card', 'GetExtendedAgentCard', {}, true],
  ] as const)('%s %s is %s', (method, below, operation, params, hasVersion) => {
    expect(matchPath(method, below)).toEqual({ operation, params, hasVersion });
  });

  it.each([
    ['DELETE', '/tasks/t', ['GET']],
    ['GET', '/message:send', ['POST']],
    ['DELETE', '/tasks/t/pushNotificationConfigs', ['POST', 'GET']],
  ] as const)('%s %s has other methods', (method, below, allowed) => {
    expect(matchPath(method, below)).toEqual(allowed);
  });

  it.each(['', '/', '/nothing', '/tasks/', '/tasks/a%2', '/tasks/a%2Fb', '/a/b/tasks', '/v1', '/tasks//'])(
    '%j is none',
    (below) => {
      expect(matchPath('GET', below)).toBeUndefined();
    },
  );
});
