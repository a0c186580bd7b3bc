import { type CompletedCommand, optionsWithValue, quoted, type Value } from './table.ts';

/** The script that completes `starling` in bash. */
export function bashCompletion(commands: readonly CompletedCommand[]): string {
  const values = optionsWithValue(commands);
  const named = commands.filter(({ path }) => path !== '').map(({ path }) => quoted(` ${path}`));
  return `# Completion of starling for bash. Load it with: source <(starling completion bash)
_starling_files() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -f -- "$current"))
  # Old versions of bash have no compopt.
  compopt -o filenames 2>/dev/null
}
_starling() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD - 1]} at= skip= word i
  local commands= options= files=
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    if [[ -n $skip ]]; then skip=; continue; fi
    case $word in
      ${[...values.keys()].join('|')}) skip=1; continue ;;
      -*) continue ;;
    esac
    case "$at $word" in
      ${named.join('|')}) at="$at $word" ;;
    esac
  done
  if [[ -n $skip ]]; then
    case $previous in
${[...values].map(([option, value]) => `      ${option}) ${valueWords(value)} ;;`).join('\n')}
    esac
    return
  fi
  case $at in
${commands.map(caseOf).join('\n')}
  esac
  if [[ $current == -* ]]; then COMPREPLY=($(compgen -W "$options" -- "$current"))
  elif [[ -n $commands ]]; then COMPREPLY=($(compgen -W "$commands" -- "$current"))
  elif [[ -n $files ]]; then _starling_files
  fi
}
complete -F _starling starling starling.js
`;
}

function caseOf({ path, commands, options, takesFiles }: CompletedCommand): string {
  const words = [
    `commands=${quoted(commands.map(({ name }) => name).join(' '))}`,
    `options=${quoted(options.map(({ long }) => long).join(' '))}`,
    ...(takesFiles ? ['files=1'] : []),
  ];
  return `    ${quoted(path === '' ? '' : ` ${path}`)}) ${words.join('; ')} ;;`;
}

function valueWords(value: Value): string {
  if (value === 'file') return '_starling_files';
  return typeof value === 'string' ? ':' : `COMPREPLY=($(compgen -W ${quoted(value.join(' '))} -- "$current"))`;
}
