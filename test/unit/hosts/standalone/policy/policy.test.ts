import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compilePolicy, PolicyError } from '#hosts/standalone/policy/policy.ts';

const invoke = 'execute-api:Invoke';
const echo = 'arn:aws:execute-api:local:000000000000:starling/local/POST/agents/echo';

const allow = (Resource: string | string[], Action: string | string[] = invoke) => ({
  Effect: 'Allow',
  Action,
  Resource,
});
const deny = (Resource: string | string[], Action: string | string[] = invoke) => ({
  Effect: 'Deny',
  Action,
  Resource,
});
const policy = (...Statement: unknown[]) => ({ Version: '2012-10-17', Statement });
const decide = (document: unknown, resource = echo, action = invoke) => compilePolicy(document)(action, resource);

describe('a decision', () => {
  it('is no where no statement speaks', () => {
    expect(decide(policy())).toBe(false);
    expect(decide(policy(allow('arn:other')))).toBe(false);
    expect(decide(policy(deny('arn:other')))).toBe(false);
  });

  it('is yes where one allows', () => {
    expect(decide(policy(allow(echo)))).toBe(true);
    expect(decide(policy(allow(['arn:other', echo])))).toBe(true);
    expect(decide({ Version: '2012-10-17', Id: 'x', Statement: { Sid: 'One', ...allow(echo) } })).toBe(true);
    expect(decide(policy(allow('*')))).toBe(true);
  });

  it('is no where one denies, wherever it stands', () => {
    expect(decide(policy(allow(echo), deny(echo)))).toBe(false);
    expect(decide(policy(deny('*'), allow(echo)))).toBe(false);
    expect(decide(policy(deny('arn:*:echo'), allow(echo)))).toBe(true);
  });

  it('minds the case of the resource, and not of the action', () => {
    expect(decide(policy(allow(echo, 'EXECUTE-API:invoke')))).toBe(true);
    expect(decide(policy(allow(echo)), echo, 'execute-api:INVOKE')).toBe(true);
    expect(decide(policy(allow(echo)), echo.replace('POST', 'post'))).toBe(false);
    expect(decide(policy(allow(echo)), echo.replace('echo', 'Echo'))).toBe(false);
  });

  it('minds the action', () => {
    expect(decide(policy(allow(echo)), echo, 'execute-api:ManageConnections')).toBe(false);
    expect(decide(policy(allow(echo, 'execute-api:*')))).toBe(true);
    expect(decide(policy(allow(echo, '*')))).toBe(true);
    expect(decide(policy(allow(echo, ['s3:GetObject', 'execute-api:Invok?'])))).toBe(true);
    expect(decide(policy(allow(echo), deny(echo, 's3:*')))).toBe(true);
  });

  it('takes the caller’s stars and question marks as they are', () => {
    expect(decide(policy(allow(echo)), '*')).toBe(false);
    expect(decide(policy(allow(echo)), echo.replace('echo', '*'))).toBe(false);
    expect(decide(policy(allow(echo)), echo.replace('echo', 'ech?'))).toBe(false);
    expect(decide(policy(allow(`${echo}/*`)), `${echo}/*`)).toBe(true);
  });
});

describe('a policy that is not understood', () => {
  const good = allow('*');
  const documents: [string, unknown][] = [
    ['is nothing', undefined],
    ['is null', null],
    ['is text', JSON.stringify(policy(good))],
    ['is a list', [policy(good)]],
    ['has no version', { Statement: [good] }],
    ['has the old version', { Version: '2008-10-17', Statement: [good] }],
    ['has no statement', { Version: '2012-10-17' }],
    ['has something more', { ...policy(good), Extra: 1 }],
    ['has a statement that is text', policy('Allow')],
    ['has a statement that is null', policy(null)],
    ['has a list in its list', policy([good])],
    ['has no effect', policy({ Action: invoke, Resource: '*' })],
    ['has an effect in another case', policy({ ...good, Effect: 'allow' })],
    ['has a condition', policy({ ...good, Condition: {} })],
    ['has NotAction', policy({ Effect: 'Allow', NotAction: 's3:*', Resource: '*' })],
    ['has NotResource', policy({ Effect: 'Deny', Action: invoke, NotResource: echo })],
    ['has Resource and NotResource', policy({ ...good, NotResource: echo })],
    ['has a principal', policy({ ...good, Principal: '*' })],
    ['has no action', policy({ Effect: 'Allow', Resource: '*' })],
    ['has no resource', policy({ Effect: 'Allow', Action: invoke })],
    ['has an empty list of resources', policy(allow([]))],
    ['has an empty resource', policy(allow(''))],
    ['has a number for a resource', policy({ ...good, Resource: [echo, 1] })],
    ['has a variable', policy(allow(['arn:$', `arn:$${'{aws:username}'}`]))],
    ['misspells', policy({ ...good, resource: echo })],
  ];
  it.each(documents)('is refused as a whole: it %s', (_what, document) => {
    expect(() => compilePolicy(document)).toThrow(PolicyError);
  });

  it('never gets past as anything but a PolicyError', () => {
    fc.assert(
      fc.property(fc.anything({ maxDepth: 4 }), (Statement) => {
        try {
          expect(compilePolicy({ Version: '2012-10-17', Statement })(invoke, echo)).toBe(false);
        } catch (error) {
          expect(error).toBeInstanceOf(PolicyError);
        }
      }),
    );
  });
});

it('lets no statement that allows outweigh one that denies', () => {
  const resource = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), minLength: 1, maxLength: 5 });
  const asked = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(
      fc.array(resource, { minLength: 1 }),
      fc.array(resource, { minLength: 1 }),
      asked,
      (allowed, denied, path) => {
        const both = decide(policy(allow(allowed), deny(denied)), path);
        expect(both).toBe(decide(policy(allow(allowed)), path) && !decide(policy(allow(denied)), path));
      },
    ),
    { numRuns: 2_000 },
  );
});
