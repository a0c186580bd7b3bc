import type { CliContext } from './context.ts';

/** For an option that may be given several times. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** The text at the end of a help. Its examples start the command as the shell of the person does. */
export function examples({ printer }: CliContext, text: string): () => string {
  return () => text.replaceAll('npx starling', printer.commands.program);
}
