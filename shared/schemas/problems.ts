import { StarlingError } from '../errors.ts';

/** Something wrong with a schema: where it stands (`file#/json/pointer`), and what to do about it. */
export interface Problem {
  readonly where: string;
  readonly message: string;
}

/** The schemas cannot be used. The message lists every problem with its place. */
export class SchemaError extends StarlingError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], options?: { cause?: unknown }) {
    super('SCHEMA', describeProblems(problems), options);
    this.problems = problems;
  }
}

export function describeProblems(problems: readonly Problem[]): string {
  return problems.map(({ where, message }) => `${where}\n${indent(message)}`).join('\n');
}

function indent(text: string): string {
  return text
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
