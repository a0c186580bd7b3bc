import { afterAll } from 'vitest';
import { resultCases } from '#test/e2e/cases/results.ts';
import { testedStack } from '../support/stack.ts';

const { mesh, place } = await testedStack();
afterAll(() => mesh.close());

resultCases(() => mesh, place);
