import { afterAll } from 'vitest';
import { accessCases } from '../../e2e/cases/access.ts';
import { badCallCases } from '../../e2e/cases/bad-calls.ts';
import { testedStack } from '../support/stack.ts';

const { mesh, place } = await testedStack();
afterAll(() => mesh.close());

accessCases(() => mesh, place);
badCallCases(() => mesh, place);
