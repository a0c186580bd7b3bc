import type { Command, Option } from 'commander';

/** The words that may follow an option or be an argument. */
export type Value = 'nothing' | 'file' | 'other' | readonly string[];

export interface CompletedOption {
  /** `--json` */
  readonly long: string;
  readonly description: string;
  readonly value: Value;
}

/** A command as a shell completes it. */
export interface CompletedCommand {
  /** `tasks get`; empty for the program. */
  readonly path: string;
  /** The commands below it, or the words that its argument may be. */
  readonly commands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly CompletedOption[];
  /** Whether its arguments are files. */
  readonly takesFiles: boolean;
}

const help: CompletedOption = { long: '--help', description: 'display help for the command', value: 'nothing' };

/** All commands below the program, and the program itself, as the program lists them. */
export function completedCommands(program: Command): readonly CompletedCommand[] {
  const global = program.options.flatMap(completed);
  const visit = (command: Command, path: readonly string[]): CompletedCommand[] => [
    {
      path: path.join(' '),
      commands: [
        ...command.commands.map((each) => ({ name: each.name(), description: each.description() })),
        ...command.registeredArguments.flatMap(({ argChoices = [], description }) =>
          argChoices.map((name) => ({ name, description })),
        ),
      ],
      options: [...(command === program ? [] : command.options.flatMap(completed)), ...global, help],
      takesFiles: command.registeredArguments.some((argument) => isFile(argument.name())),
    },
    ...command.commands.flatMap((each) => visit(each, [...path, each.name()])),
  ];
  return visit(program, []);
}

function completed(option: Option): readonly CompletedOption[] {
  const { long, description } = option;
  return long == null ? [] : [{ long, description, value: valueAfter(option) }];
}

function valueAfter({ flags, argChoices }: Option): Value {
  if (argChoices !== undefined) return argChoices;
  const [, name] = /[<[](\w+)/.exec(flags) ?? [];
  if (name === undefined) return 'nothing';
  return isFile(name) ? 'file' : 'other';
}

function isFile(name: string): boolean {
  return name === 'file' || name === 'folder' || name === 'path';
}

/** The options of all commands that take a value, by the value. An option means the same in every command. */
export function optionsWithValue(commands: readonly CompletedCommand[]): ReadonlyMap<string, Value> {
  const options = commands.flatMap((command) => command.options);
  return new Map(options.filter(({ value }) => value !== 'nothing').map(({ long, value }) => [long, value]));
}

/** Quotes text for bash and zsh. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
