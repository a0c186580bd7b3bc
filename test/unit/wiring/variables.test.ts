// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the variables of serverless.yml
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from '#shared/errors.ts';
import { serviceFolder } from '#test/support/service-folder.ts';
import { readWiring } from '#wiring/index.ts';

const rest = `
params:
  default: { color: grey, size: 3 }
  local: { color: blue }
custom:
  name: murmur
  nested: { seconds: 40, list: [zero, one], again: "\${self:custom.name}-\${sls:stage}" }
  here: "\${self:custom.nested}"
  loop: "\${self:custom.pool}"
  pool: "\${self:custom.loop}"
provider:
  stage: "\${opt:stage, 'dev'}"
`;

/** What a variable is resolved to as the value of an environment variable. */
function resolved(variable: string): string | undefined {
  const service = serviceFolder(
    `functions:\n  f:\n    handler: handler.handler\n    environment:\n      VALUE: "${variable}"\n${rest}`,
  );
  const wiring = readWiring(service.file, { stage: 'local', env: { FROM: 'there', EMPTY: '' } });
  return wiring.functions[0]?.environment.VALUE;
}

describe('a variable is resolved:', () => {
  it.each([
    ['${sls:stage}', 'local'],
    ["${opt:stage, 'dev'}", 'local'],
    ['${self:provider.stage}', 'local'],
    ['${self:custom.name}', 'murmur'],
    ['${self:custom.nested.seconds}', '40'],
    ['${self:custom.nested.list.1}', 'one'],
    ['${self:custom.nested.again}', 'murmur-local'],
    ['${self:custom.here.again}', 'murmur-local'],
    ['${param:color}', 'blue'],
    ['${param:size}', '3'],
    ['${env:FROM}', 'there'],
    ["${env:EMPTY, 'default'}", ''],
    ["${env:LOST, 'default'}", 'default'],
    ["${env:LOST, 'with, comma and }'}", 'with, comma and }'],
    ['${env:LOST, self:custom.lost, param:color}', 'blue'],
    ['${env:LOST, 7}', '7'],
    ['${env:LOST, true}', 'true'],
    ['a-${sls:stage}-b-${param:size}', 'a-local-b-3'],
    ['${AWS::Region}-${Table}', '${AWS::Region}-${Table}'],
    ['no $variable {at} all', 'no $variable {at} all'],
  ])('%s', (variable, value) => {
    expect(resolved(variable)).toBe(value);
  });

  it('to whole maps', () => {
    const service = serviceFolder(
      `functions:\n  f:\n    handler: handler.handler\n    timeout: "\${self:custom.nested.seconds}"\n    environment: "\${self:custom.nested}"\n${rest.replace('list: [zero, one], ', '')}`,
    );
    const [only] = readWiring(service.file, { stage: 'local', env: {} }).functions;
    expect(only).toMatchObject({ timeout: 40, environment: { seconds: '40', again: 'murmur-local' } });
  });
});

describe('a variable is refused with its line:', () => {
  it.each<[variable: string, message: RegExp]>([
    [
      '${file(./other.yml):name}',
      /\$\{file\(\.\/other\.yml\):name\} is not resolved\. Standalone resolves \$\{sls:stage\}, /,
    ],
    ['${ssm:/path}', /\$\{ssm:\/path\} is not resolved/],
    ['${aws:accountId}', /\$\{aws:accountId\} is not resolved/],
    ['${opt:region}', /\$\{opt:region\} is not resolved/],
    ['${sls:instanceId}', /\$\{sls:instanceId\} is not resolved/],
    ['${self:}', /\$\{self:\} is not resolved/],
    ['${strToBool(true)}', /is not resolved/],
    ['${env:FROM, ssm:/path}', /is not resolved/],
    ['${self:custom.${sls:stage}}', /it is nested or not closed/],
    ['${self:custom.name', /it is nested or not closed/],
    ['${env:LOST}', /\$\{env:LOST\} has no value\. Set it, or add a fallback: \$\{env:LOST, 'value'\}/],
    ['${param:lost}', /\$\{param:lost\} has no value/],
    ['${self:custom.lost.deeper}', /has no value/],
    ['${env:LOST, null}', /has no value/],
    ['${self:custom.loop}', /the value of custom\.(loop|pool) depends on itself/],
    ['x-${self:custom.nested}', /\$\{self:custom\.nested\} is not a text/],
  ])('%s', (variable, message) => {
    expect(() => resolved(variable)).toThrow(ConfigurationError);
    expect(() => resolved(variable)).toThrow(message);
    expect(() => resolved(variable)).toThrow(/serverless\.yml:\d+: /);
  });

  it('which is the line of the value, where a variable led to a wrong one', () => {
    const service = serviceFolder(
      'functions:\n  f:\n    handler: handler.handler\n    timeout: "${self:custom.seconds}"\ncustom:\n  seconds: ten\n',
    );
    expect(() => readWiring(service.file, { stage: 'local', env: {} })).toThrow(
      /serverless\.yml:6: custom\.seconds: must be/,
    );
  });

  it('but not outside of what standalone reads', () => {
    const service = serviceFolder(
      'provider: { vpc: "${ssm:/vpc}" }\ncustom: { a: "${file(x.yml)}" }\nfunctions: { f: { handler: handler.handler, role: "${cf:stack.Role}" } }',
    );
    expect(readWiring(service.file, { stage: 'local', env: {} }).functions).toHaveLength(1);
  });
});
