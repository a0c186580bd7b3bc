import { describe, expect, it } from 'vitest';
import { readSettings } from '#hosts/runtimes/settings.ts';
import { ConfigurationError } from '#shared/errors.ts';

const read = (env: Record<string, string> = {}, terminal = false) => readSettings(env, terminal);

describe('readSettings', () => {
  it('has a default for everything', () => {
    expect(read()).toEqual({
      stage: 'local',
      host: '127.0.0.1',
      port: 4280,
      config: 'serverless.yml',
      data: '.starling',
      retentionMs: 14 * 86_400_000,
      maxStoreBytes: 10_737_418_240,
      waitMs: 25_000,
      maxBodyBytes: 4_194_304,
      maxAnswerBytes: 16_777_216,
      card: '1.0',
      maxConnections: 10_000,
      maxConnectionsPerClient: 2_000,
      maxConnectionsPerAddress: 256,
      maxUnsentBytes: 268_435_456,
      maxUnsentBytesPerClient: 67_108_864,
      writeTimeoutMs: 30_000,
      url: 'http://127.0.0.1:4280',
      tokenUrl: 'http://127.0.0.1:4280/oauth2/token',
      bus: 'starling-local',
      artifactStream: 'starling-local-artifacts',
      workingAfterMs: 1_000,
      responses: 'buffered',
      logLevel: 'INFO',
      logFormat: 'json',
    });
    expect(read({}, true).logFormat).toBe('pretty');
  });

  it('takes an empty variable for none', () => {
    const names = [
      'HOST',
      'PORT',
      'CONFIG',
      'DATA',
      'RETENTION',
      'MAX_STORE',
      'WAIT',
      'MAX_BODY',
      'MAX_ANSWER',
      'MAX_CONNECTIONS',
      'MAX_CONNECTIONS_PER_CLIENT',
      'MAX_CONNECTIONS_PER_ADDRESS',
      'MAX_UNSENT',
      'MAX_UNSENT_PER_CLIENT',
      'WRITE_TIMEOUT',
      'PUBLIC_URL',
      'LOG_LEVEL',
      'LOG',
    ];
    expect(read(Object.fromEntries(names.map((name) => [`STARLING_${name}`, ''])))).toEqual(read());
    expect(read({ STARLING_PORT: ' ', STARLING_WAIT: ' ' })).toEqual(read());
  });

  it('reads every variable', () => {
    const env = {
      STARLING_HOST: '10.0.0.1',
      STARLING_PORT: '8080',
      STARLING_CONFIG: 'other.yml',
      STARLING_DATA: '/data',
      STARLING_RETENTION: '0.5',
      STARLING_MAX_STORE: '67108864',
      STARLING_WAIT: '0.5',
      STARLING_MAX_BODY: '2048',
      STARLING_MAX_ANSWER: '4096',
      STARLING_MAX_CONNECTIONS: '100',
      STARLING_MAX_CONNECTIONS_PER_CLIENT: '50',
      STARLING_MAX_CONNECTIONS_PER_ADDRESS: '10',
      STARLING_MAX_UNSENT: '1000000',
      STARLING_MAX_UNSENT_PER_CLIENT: '100000',
      STARLING_WRITE_TIMEOUT: '2.5',
      STARLING_LOG_LEVEL: 'DEBUG',
      STARLING_LOG: 'pretty',
    };
    expect(read(env)).toMatchObject({
      host: '10.0.0.1',
      port: 8080,
      config: 'other.yml',
      data: '/data',
      retentionMs: 43_200_000,
      maxStoreBytes: 67_108_864,
      waitMs: 500,
      maxBodyBytes: 2048,
      maxAnswerBytes: 4096,
      card: '1.0',
      maxConnections: 100,
      maxConnectionsPerClient: 50,
      maxConnectionsPerAddress: 10,
      maxUnsentBytes: 1_000_000,
      maxUnsentBytesPerClient: 100_000,
      writeTimeoutMs: 2_500,
      url: 'http://10.0.0.1:8080',
      logLevel: 'DEBUG',
      logFormat: 'pretty',
    });
  });

  it('uses each variable in the form in which it was checked, without blanks and line breaks at its ends', () => {
    const env = {
      STARLING_HOST: '10.0.0.1',
      STARLING_PORT: '8080',
      STARLING_CONFIG: 'other.yml',
      STARLING_DATA: '/data',
      STARLING_RETENTION: '0.5',
      STARLING_MAX_STORE: '67108864',
      STARLING_WAIT: '0.5',
      STARLING_MAX_BODY: '2048',
      STARLING_PUBLIC_URL: 'https://mesh.example/base',
      STARLING_LOG_LEVEL: 'DEBUG',
      STARLING_LOG: 'pretty',
    };
    for (const [before, after] of [
      ['', '\r'],
      ['', '\r\n'],
      [' ', ' '],
      ['\t', '\u00a0'],
      ['\ufeff', ''],
    ]) {
      const spoilt = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, before + value + after]));
      expect(read(spoilt)).toEqual(read(env));
    }
    expect(JSON.stringify(read(env))).toContain('https://mesh.example/base/oauth2/token');
  });

  it.each(['HOST', 'CONFIG', 'DATA', 'PUBLIC_URL', 'LOG'])('refuses a control character within STARLING_%s', (name) => {
    const refused = () => read({ [`STARLING_${name}`]: 'http://a\rb' });
    expect(refused).toThrow(ConfigurationError);
    expect(refused).toThrow(`STARLING_${name} is "http://a\\rb". It contains a control character`);
  });

  it.each([
    ['HTTPS://Mesh.Example:443/Base/', 'https://mesh.example/Base'],
    ['http://mesh.example:80', 'http://mesh.example'],
    ['http:\\\\mesh.example\\base', 'http://mesh.example/base'],
    ['http://mesh.example/a/../b', 'http://mesh.example/b'],
    ['http://bücher.example', 'http://xn--bcher-kva.example'],
    ['http://[::1]:4280/', 'http://[::1]:4280'],
  ])('uses the address %s in its normal form', (STARLING_PUBLIC_URL, url) => {
    expect(read({ STARLING_PUBLIC_URL })).toMatchObject({ url, tokenUrl: `${url}/oauth2/token` });
  });

  it.each([
    'mesh.example',
    'ftp://mesh.example',
    'http://',
    'http://mesh.example/?a=1',
    'http://mesh.example?',
    'http://mesh.example/#a',
    'http://mesh.example/a b',
    'http://me:secret@mesh.example',
  ])('refuses the address %s', (STARLING_PUBLIC_URL) => {
    expect(() => read({ STARLING_PUBLIC_URL })).toThrow(/^STARLING_PUBLIC_URL is ".*", but takes an address like/);
  });

  it.each([
    ['LocalHost', 'localhost', 'http://localhost:4280'],
    ['[::1]', '::1', 'http://[::1]:4280'],
    ['0:0:0:0:0:0:0:1', '::1', 'http://[::1]:4280'],
    ['127.1', '127.0.0.1', 'http://127.0.0.1:4280'],
  ])('listens on %s in its normal form', (STARLING_HOST, host, url) => {
    expect(read({ STARLING_HOST })).toMatchObject({ host, url });
  });

  it.each(['a b', '127.0.0.1:4280', 'http://127.0.0.1', 'a/b', 'me@host', '::zz', 'a?b'])(
    'refuses the host %s',
    (STARLING_HOST) => {
      expect(() => read({ STARLING_HOST })).toThrow(/^STARLING_HOST is ".*", but takes a host or an IP address/);
    },
  );

  it('leaves the port of its scheme out of its own address', () => {
    expect(read({ STARLING_PORT: '80' }).url).toBe('http://127.0.0.1');
  });

  it.each([
    ['0.0.0.0', 'http://127.0.0.1:4280'],
    ['::', 'http://127.0.0.1:4280'],
    ['::1', 'http://[::1]:4280'],
    ['localhost', 'http://localhost:4280'],
  ])('is reached on %s at %s', (STARLING_HOST, url) => {
    expect(read({ STARLING_HOST }).url).toBe(url);
  });

  it('takes the address that clients know, without slashes at its end', () => {
    expect(read({ STARLING_PUBLIC_URL: 'https://mesh.example/base//' }).url).toBe('https://mesh.example/base');
  });

  it.each([
    ['STARLING_PORT', 'http', 'a port from 0 to 65535'],
    ['STARLING_PORT', '-1', 'a port from 0 to 65535'],
    ['STARLING_PORT', '65536', 'a port from 0 to 65535'],
    ['STARLING_PORT', '80.5', 'a port from 0 to 65535'],
    ['STARLING_PORT', 'NaN', 'a port from 0 to 65535'],
    ['STARLING_WAIT', '-1', 'seconds from 0 to 86400'],
    ['STARLING_WAIT', 'Infinity', 'seconds from 0 to 86400'],
    ['STARLING_WAIT', '25s', 'seconds from 0 to 86400'],
    ['STARLING_RETENTION', '0', 'days from 0.001 to 36500'],
    ['STARLING_RETENTION', '30d', 'days from 0.001 to 36500'],
    ['STARLING_MAX_STORE', '33554431', 'bytes from 33554432 to 8796093022208'],
    ['STARLING_MAX_STORE', '10GB', 'bytes from 33554432 to 8796093022208'],
    ['STARLING_MAX_ANSWER', '1023', 'bytes from 1024 to 1073741824'],
    ['STARLING_MAX_CONNECTIONS', '0', 'connections from 1 to 1000000'],
    ['STARLING_MAX_CONNECTIONS_PER_CLIENT', 'many', 'connections from 1 to 1000000'],
    ['STARLING_MAX_CONNECTIONS_PER_ADDRESS', '-1', 'connections from 1 to 1000000'],
    ['STARLING_MAX_UNSENT', '65535', 'bytes from 65536 to 1099511627776'],
    ['STARLING_MAX_UNSENT_PER_CLIENT', '1e99', 'bytes from 65536 to 1099511627776'],
    ['STARLING_WRITE_TIMEOUT', '0', 'seconds from 1 to 86400'],
    ['STARLING_MAX_BODY', '1023', 'bytes from 1024 to 1073741824'],
    ['STARLING_LOG_LEVEL', 'info', 'one of DEBUG, INFO, WARN, ERROR'],
    ['STARLING_LOG', 'xml', 'one of json, pretty'],
  ])('refuses %s=%s and says what it takes', (name, value, takes) => {
    const refused = () => read({ [name]: value });
    expect(refused).toThrow(ConfigurationError);
    expect(refused).toThrow(`${name} is "${value}", but takes ${takes}.`);
  });
});
