import { afterAll } from 'vitest';
import { accessCases } from '#test/e2e/cases/access.ts';
import { badCallCases } from '#test/e2e/cases/bad-calls.ts';
import { testedStack } from '../support/stack.ts';

const { mesh, place } = await testedStack();
afterAll(() => mesh.close());

accessCases(() => mesh, place);
badCallCases(() => mesh, place);
