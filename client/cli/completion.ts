/** `perf-responder completion SHELL`: a script that completes commands, options and the words that an option takes. */
import type { Command } from 'commander';
import { UnreadableInputError } from '../../core/model/errors.js';

interface Node {
  /** Words after the program's name: ``, `triage`, `analyze load`. */
  path: string;
  description: string;
  options: { flags: string[]; description: string; takesFile: boolean; takesValue: boolean }[];
  children: { name: string; description: string }[];
}

function nodesOf(command: Command, path: string[], inherited: Node['options']): Node[] {
  const own = command.options.map((option) => ({
    flags: [option.short, option.long].filter((flag): flag is string => typeof flag === 'string'),
    description: option.description.split('\n')[0] ?? '',
    takesFile: /<(?:file|dir)>/.test(option.flags),
    takesValue: option.required || option.optional,
  }));
  const options = [...own, ...inherited];
  const children = command.commands.map((child) => ({ name: child.name(), description: child.description() }));
  const node = { path: path.join(' '), description: command.description(), options, children };
  return [node, ...command.commands.flatMap((child) => nodesOf(child, [...path, child.name()], options))];
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

function bash(nodes: Node[]): string {
  const cases = nodes.map(({ path, options, children }) => {
    const words = [...children.map(({ name }) => name), ...options.flatMap(({ flags }) => flags), '--help'];
    return `    ${quoted(path)}) words=${quoted(words.join(' '))} ;;`;
  });
  const files = [...new Set(nodes.flatMap(({ options }) => options.filter(({ takesFile }) => takesFile).flatMap(({ flags }) => flags)))];
  return `# perf-responder completion bash > /etc/bash_completion.d/perf-responder
_perf_responder() {
  local current="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" path='' words='' word
  case "$previous" in ${files.join('|')}) COMPREPLY=($(compgen -f -- "$current")); return ;; esac
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in -*) ;; *) case " ${nodes.map(({ path }) => path.replaceAll(' ', '/')).join(' ')} " in *" \${path:+$path/}$word "*) path="\${path:+$path/}$word" ;; esac ;; esac
  done
  case "\${path//\\// }" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  [ \${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- "$current"))
}
complete -o filenames -F _perf_responder perf-responder
`;
}

function zsh(nodes: Node[]): string {
  const described = (name: string, description: string): string =>
    quoted(`${name.replaceAll(':', '\\:')}:${description.replaceAll(':', '\\:')}`);
  const cases = nodes.map(({ path, options, children }) => {
    const words = [
      ...children.map(({ name, description }) => described(name, description)),
      ...options.flatMap(({ flags, description }) => flags.map((flag) => described(flag, description))),
    ];
    return `    ${quoted(path)}) known=(${words.join(' ')}) ;;`;
  });
  return `#compdef perf-responder
# perf-responder completion zsh > "\${fpath[1]}/_perf-responder"
_perf_responder() {
  local -a before known
  # Not path or words: zsh gives those a meaning.
  local place='' word
  before=("\${(@)words[2,CURRENT-1]}")
  for word in $before; do
    case $word in -*) ;; *) case " ${nodes.map(({ path }) => path.replaceAll(' ', '/')).join(' ')} " in *" \${place:+$place/}$word "*) place="\${place:+$place/}$word" ;; esac ;; esac
  done
  case "\${place//\\// }" in
${cases.join('\n')}
  esac
  _describe 'perf-responder' known || _files
}
compdef _perf_responder perf-responder
`;
}

function fish(nodes: Node[]): string {
  const lines = nodes.flatMap(({ path, options, children }) => {
    const depth = path === '' ? [] : path.split(' ');
    const seen = depth.map((word) => `__fish_seen_subcommand_from ${word}`);
    const inside = depth.length === 0 ? '__fish_use_subcommand' : seen.join('; and ');
    const notYet =
      children.length === 0 || depth.length === 0
        ? ''
        : `; and not __fish_seen_subcommand_from ${children.map(({ name }) => name).join(' ')}`;
    const commands = children.map(
      ({ name, description }) => `complete -c perf-responder -n ${quoted(`${inside}${notYet}`)} -f -a ${name} -d ${quoted(description)}`,
    );
    const flags = options.map(({ flags: names, description, takesFile, takesValue }) => {
      const spelled = names.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`)).join(' ');
      return `complete -c perf-responder -n ${quoted(inside)} ${spelled}${takesValue ? ' -r' : ''}${takesFile ? ' -F' : ''} -d ${quoted(description)}`;
    });
    return [...commands, ...flags];
  });
  return `# perf-responder completion fish > ~/.config/fish/completions/perf-responder.fish\n${lines.join('\n')}\n`;
}

const shells: Record<string, (nodes: Node[]) => string> = { bash, zsh, fish };

export function registerCompletion(program: Command): void {
  program
    .command('completion')
    .description('print a script that completes commands and options in your shell')
    .argument('<shell>', 'bash, zsh or fish')
    .addHelpText(
      'after',
      '\nExamples:\n  $ perf-responder completion bash > ~/.local/share/bash-completion/completions/perf-responder\n  $ perf-responder completion zsh > "${fpath[1]}/_perf-responder"\n  $ perf-responder completion fish > ~/.config/fish/completions/perf-responder.fish',
    )
    .action((shell: string) => {
      const write = Object.hasOwn(shells, shell) ? shells[shell] : undefined;
      if (write === undefined)
        throw new UnreadableInputError(`completion: expected one of bash, zsh, fish, got "${shell}"; choose one of them`);
      process.stdout.write(write(nodesOf(program, [], [])));
    });
}
