import { arn } from '../identity.ts';
import type { InputReader } from '../input-reader.ts';
import { notFound } from './validation-messages.ts';

/** The name and ARN of the bus. A standalone mesh has one bus. */
export class BusNames {
  readonly name: string;
  readonly arn: string;

  constructor(name: string) {
    this.name = name;
    this.arn = arn('events', `event-bus/${name}`);
  }

  /** Whether the name or ARN is this bus's. An AWS account has the bus `default`; a mesh does not. */
  is(nameOrArn: string | undefined): boolean {
    return nameOrArn === this.name || nameOrArn === this.arn;
  }

  missing(nameOrArn: string | undefined): string {
    return `Event bus ${nameOrArn ?? 'default'} does not exist. Set EventBusName to ${this.name}, the only bus of this mesh.`;
  }

  /** @throws ServiceError when the input names another bus */
  check(input: InputReader, member: string): void {
    const named = input.string(member);
    if (!this.is(named)) throw notFound(this.missing(named));
  }
}
