import { afterAll, beforeAll } from 'vitest';
import { callCases } from '#test/e2e/cases/calls.ts';
import { testedStack } from '../support/stack.ts';

const { mesh, place } = await testedStack();
beforeAll(() => mesh.listen());
afterAll(() => mesh.close());

callCases(() => mesh, place);
