import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { describeViolations } from '#shared/events/violations.ts';
import type { Violation } from '../../../../shared/generated/validators.js';

const ajv = new Ajv({ formats: { 'date-time': /^\d/ } });

test.each<[object, unknown]>([
  [{ type: 'integer' }, 'x'],
  [{ type: 'object' }, []],
  [{ type: 'object', properties: { a: {} }, required: ['a'] }, {}],
  [{ type: 'object', properties: {}, additionalProperties: false }, { '\u001b[31m': 1 }],
  [{ type: 'number', minimum: 1.5 }, 1],
  [{ type: 'number', maximum: -2 }, 1],
  [{ type: 'string', minLength: 2 }, ''],
  [{ type: 'string', maxLength: 2 }, 'xyz'],
  [{ type: 'array', minItems: 1 }, []],
  [{ type: 'array', maxItems: 1 }, [1, 2]],
  [{ type: 'string', pattern: '^a' }, 'b'],
  [{ type: 'string', format: 'date-time' }, 'soon'],
])('%j is broken in the words of ajv', (schema, value) => {
  const validate = ajv.compile(schema);
  expect(validate(value)).toBe(false);
  const words = validate.errors?.at(-1)?.message;
  const violations = (validate.errors ?? []).map(({ message: _, ...violation }) => violation) as Violation[];
  expect(describeViolations(violations)).toBe(`data ${words}`);
});

test('the values of an enum are told', () => {
  const violation = { instancePath: '/role', keyword: 'enum', params: { allowedValues: ['A', 'B'] } };
  expect(describeViolations([violation])).toBe('data/role must be one of A, B');
});

test('a rule without words is named', () => {
  expect(describeViolations([{ instancePath: '/a', keyword: 'multipleOf', params: {} }])).toBe(
    'data/a breaks the rule multipleOf',
  );
});
