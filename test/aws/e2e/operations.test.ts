import { afterAll } from 'vitest';
import { operationCases } from '#test/e2e/cases/operations.ts';
import { testedStack } from '../support/stack.ts';

const { mesh, place } = await testedStack();
afterAll(() => mesh.close());

operationCases(() => mesh, place);
