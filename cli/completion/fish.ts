import { type CompletedCommand, type CompletedOption, optionsWithValue, type Value } from './table.ts';

/** The script that completes `starling` in fish. */
export function fishCompletion(commands: readonly CompletedCommand[]): string {
  const values = [...optionsWithValue(commands).keys()];
  const named = commands.filter(({ path }) => path !== '').map(({ path }) => quoted(path));
  return `# Completion of starling for fish. Load it with: starling completion fish | source
function __starling_at --description 'The command of starling that is typed so far'
  set -l at
  set -l skip
  for word in (commandline -opc)[2..-1]
    if set -q skip[1]
      set -e skip
    else if contains -- $word ${values.join(' ')}
      set skip 1
    else if contains -- (string trim "$at $word") ${named.join(' ')}
      set at (string trim "$at $word")
    end
  end
  echo "$at"
end
for name in starling starling.js
  complete -c $name -f
${commands.flatMap(linesOf).join('\n')}
end
`;
}

function linesOf({ path, commands, options, takesFiles }: CompletedCommand): string[] {
  const here = `complete -c $name -n ${quoted(`test (__starling_at) = "${path}"`)}`;
  return [
    ...commands.map(({ name, description }) => `  ${here} -a ${quoted(name)} -d ${quoted(description)}`),
    ...options.map((option) => `  ${here} ${optionWords(option)}`),
    ...(takesFiles ? [`  ${here} -F`] : []),
  ];
}

function optionWords({ long, description, value }: CompletedOption): string {
  return `-l ${long.replace(/^--/, '')}${valueWords(value)} -d ${quoted(description)}`;
}

function valueWords(value: Value): string {
  if (value === 'nothing') return '';
  if (value === 'file') return ' -r -F';
  return value === 'other' ? ' -x' : ` -x -a ${quoted(value.join(' '))}`;
}

/** Within single quotes of fish, only the quote and the backslash are special. */
function quoted(text: string): string {
  return `'${text.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
}
