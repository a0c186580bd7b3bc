import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { eventsInputs } from '#hosts/aws-api/reference/events.ts';
import { kinesisInputs } from '#hosts/aws-api/reference/kinesis.ts';
import type { Inputs, Member, Members } from '#hosts/aws-api/reference/member.ts';
import { messageSystemAttributes, queueAttributes } from '#hosts/aws-api/reference/queue-attributes.ts';
import { sqsInputs } from '#hosts/aws-api/reference/sqs.ts';
import { describeWith } from '../tools.ts';
import { installed } from './environment.ts';

/** A member of AWS's model of an API: what botocore reads, and AWS's API reference is made of. */
interface ModelMember {
  readonly type: string;
  readonly required: boolean;
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
  readonly values?: readonly string[];
  readonly members?: Model;
  /** Of a list or a map. */
  readonly element?: ModelMember;
}

type Model = Readonly<Record<string, ModelMember>>;
type ServiceName = 'sqs' | 'kinesis' | 'events';
type Operations = Readonly<Record<string, Model>>;

/** Prints the inputs of each operation, with the members of structures inside lists and maps. */
const python = `
import botocore.loaders, json
loader = botocore.loaders.Loader()
def member(model, name, required, above):
    shape = model["shapes"][name]
    made = {"type": {"long": "integer"}.get(shape["type"], shape["type"]), "required": required}
    made.update({key: shape[key] for key in ("min", "max", "pattern") if key in shape})
    if "enum" in shape: made["values"] = shape["enum"]
    inner = shape["member"]["shape"] if shape["type"] == "list" else shape["value"]["shape"] if shape["type"] == "map" else name
    if model["shapes"][inner]["type"] == "structure" and inner not in above:
        made["members"] = members(model, inner, above | {inner})
    if shape["type"] in ("list", "map"): made["element"] = member(model, inner, False, above | {inner})
    return made
def members(model, name, above):
    shape = model["shapes"][name]
    return {key: member(model, each["shape"], key in shape.get("required", []), above) for key, each in shape["members"].items()}
services = {}
for service in ("sqs", "kinesis", "events"):
    model = loader.load_service_model(service, "service-2")
    services[service] = {name: members(model, each["input"]["shape"], frozenset()) for name, each in model["operations"].items() if "input" in each}
shapes = loader.load_service_model("sqs", "service-2")["shapes"]
print(json.dumps({"services": services, "queueAttributes": shapes["QueueAttributeName"]["enum"], "messageAttributes": shapes["MessageSystemAttributeName"]["enum"]}))
`;

/** Where the table is stricter or looser than the model, and why. */
const differences: Readonly<Record<string, string>> = {
  'sqs GetQueueAttributes.AttributeNames[] values': 'queue-attributes.ts has the names, for InvalidAttributeName',
  'sqs ReceiveMessage.AttributeNames[] values': 'queue-attributes.ts has the names, for InvalidAttributeName',
  'sqs ReceiveMessage.MessageSystemAttributeNames[] values':
    'queue-attributes.ts has the names, for InvalidAttributeName',
  'kinesis PutRecord.Data max': '1 MiB is the default of a stream; UpdateMaxRecordSize allows 10 MiB',
  'kinesis PutRecords.Records.Data max': '1 MiB is the default of a stream; UpdateMaxRecordSize allows 10 MiB',
  'kinesis PutRecord.PartitionKey required': 'optional only in streams with the record distribution strategy AUTO',
  'kinesis PutRecords.Records.PartitionKey required':
    'optional only in streams with the record distribution strategy AUTO',
};

const tables: Readonly<Record<ServiceName, Inputs>> = { sqs: sqsInputs, kinesis: kinesisInputs, events: eventsInputs };

describeWith(['python3'], 'the table of AWS’s limits', () => {
  let model: {
    readonly services: Readonly<Record<ServiceName, Operations>>;
    readonly queueAttributes: readonly string[];
    readonly messageAttributes: readonly string[];
  };
  beforeAll(async () => {
    const program = path.join(await installed('boto3'), 'python');
    const { stdout } = await promisify(execFile)(program, ['-c', python], { maxBuffer: 16 * 1024 * 1024 });
    model = JSON.parse(stdout);
  });

  describe.each(Object.entries(tables))('of %s', (service, table) => {
    it.each(Object.keys(table))('has each member of %s as AWS’s model has it', (operation) => {
      const expected = model.services[service as ServiceName][operation] ?? {};
      expect(problemsOf(`${service} ${operation}`, table[operation] ?? {}, expected)).toEqual([]);
    });
  });

  it('has each attribute of queues and messages', () => {
    expect([...Object.keys(queueAttributes), 'All'].sort()).toEqual(model.queueAttributes.toSorted());
    expect([...messageSystemAttributes, 'All'].sort()).toEqual(model.messageAttributes.toSorted());
  });
});

/** SQS's model has no limits: they are in its prose. So a limit that only the table has is right there. */
function problemsOf(name: string, table: Members, model: Model): string[] {
  const problems = Object.keys(table)
    .filter((key) => model[key] === undefined)
    .map((key) => `${name}.${key} is not in the model`);
  for (const [key, expected] of Object.entries(model)) {
    const member = table[key];
    if (member === undefined) problems.push(`${name}.${key} is missing`);
    else problems.push(...memberProblems(`${name}.${key}`, member, expected));
  }
  return problems;
}

function memberProblems(name: string, member: Member, model: ModelMember): string[] {
  const problems: string[] = [];
  if (member.type !== model.type) problems.push(`${name} has the type ${model.type}`);
  if (model.required !== (member.required ?? false) && !known(`${name} required`)) problems.push(`${name} required`);
  for (const limit of ['min', 'max', 'pattern', 'values'] as const) {
    const expected = model[limit];
    const actual = limit in member ? (member as unknown as ModelMember)[limit] : undefined;
    const isMissing = expected !== undefined && JSON.stringify(actual) !== JSON.stringify(expected);
    const isOwn = expected === undefined && actual !== undefined && !name.startsWith('sqs ');
    if ((isMissing || isOwn) && !known(`${name} ${limit}`))
      problems.push(`${name} ${limit}: ${actual}, not ${expected}`);
  }
  if (model.element !== undefined && model.members === undefined && 'of' in member) {
    problems.push(...memberProblems(`${name}[]`, member.of, model.element));
  }
  // A member that the mesh refuses needs no table of what is inside it.
  if (model.members === undefined || member.support === 'refused') return problems;
  return [...problems, ...problemsOf(name, membersOf(member), model.members)];
}

function membersOf(member: Member): Members {
  if (member.type === 'structure') return member.members;
  return 'of' in member && member.of.type === 'structure' ? member.of.members : {};
}

function known(difference: string): boolean {
  return Object.hasOwn(differences, difference);
}
