import { type CompletedCommand, optionsWithValue, quoted, type Value } from './table.ts';

/** The script that completes `starling` in zsh. */
export function zshCompletion(commands: readonly CompletedCommand[]): string {
  const values = optionsWithValue(commands);
  const named = commands.filter(({ path }) => path !== '').map(({ path }) => quoted(` ${path}`));
  return `#compdef starling starling.js
# Completion of starling for zsh. Load it with: source <(starling completion zsh)
_starling() {
  local at= skip= files= word
  local -a commands options
  for word in \${words[2,CURRENT-1]}; do
    if [[ -n $skip ]]; then skip=; continue; fi
    case $word in
      (${[...values.keys()].join('|')}) skip=1; continue ;;
      (-*) continue ;;
    esac
    case "$at $word" in
      (${named.join('|')}) at="$at $word" ;;
    esac
  done
  if [[ -n $skip ]]; then
    case \${words[CURRENT-1]} in
${[...values].map(([option, value]) => `      (${option}) ${valueWords(value)} ;;`).join('\n')}
    esac
    return
  fi
  case $at in
${commands.map(caseOf).join('\n')}
  esac
  if [[ \${words[CURRENT]} == -* ]]; then _describe -o option options
  elif (( $#commands )); then _describe command commands
  elif [[ -n $files ]]; then _files
  fi
}
# zsh calls the file as a function when it finds it in fpath.
if [[ \${funcstack[1]} == _starling ]]; then _starling "$@"
else
  (( $+functions[compdef] )) || { autoload -Uz compinit && compinit }
  compdef _starling starling starling.js
fi
`;
}

function caseOf({ path, commands, options, takesFiles }: CompletedCommand): string {
  const words = [
    `commands=(${commands.map(({ name, description }) => quoted(`${name}:${description}`)).join(' ')})`,
    `options=(${options.map(({ long, description }) => quoted(`${long}:${description}`)).join(' ')})`,
    ...(takesFiles ? ['files=1'] : []),
  ];
  return `    (${quoted(path === '' ? '' : ` ${path}`)}) ${words.join('; ')} ;;`;
}

function valueWords(value: Value): string {
  if (value === 'file') return '_files';
  return typeof value === 'string' ? ':' : `compadd ${value.map(quoted).join(' ')}`;
}
