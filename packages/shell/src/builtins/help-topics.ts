/** What bash's help knows: how each command is written, and what it does in a line. */
export const HELP_TOPICS: ReadonlyMap<string, readonly [synopsis: string, summary: string]> = new Map<
  string,
  readonly [string, string]
>([
  ['%', ['job_spec [&]', 'Bring a job to the foreground, or send it on in the background with &.']],
  ['(( ... ))', ['(( expression ))', 'Evaluate an arithmetic expression; the status says whether it is not zero.']],
  ['.', ['. filename [arguments]', 'Run the commands of a file in this shell.']],
  [':', [':', 'Do nothing, successfully.']],
  ['[', ['[ arg... ]', 'Evaluate a condition.']],
  ['[[ ... ]]', ['[[ expression ]]', 'Evaluate a condition, with patterns and regular expressions.']],
  ['alias', ['alias [-p] [name[=value] ... ]', 'Define aliases, or show them.']],
  ['bg', ['bg [job_spec ...]', 'Let stopped jobs go on in the background.']],
  [
    'bind',
    [
      'bind [-lpsvPSVX] [-m keymap] [-f filename] [-q name] [-u name] [-r keyseq] [-x keyseq:shell-command] [keyseq:readline-function or readline-command]',
      'Show and change what keys do in the line editor.',
    ],
  ],
  ['break', ['break [n]', 'Leave loops.']],
  ['builtin', ['builtin [shell-builtin [arg ...]]', 'Run a builtin even where a function has its name.']],
  ['caller', ['caller [expr]', 'Tell where the running function was called from.']],
  [
    'case',
    [
      'case WORD in [PATTERN [| PATTERN]...) COMMANDS ;;]... esac',
      'Run the commands behind the first pattern that matches.',
    ],
  ],
  ['cd', ['cd [-L|[-P [-e]] [-@]] [dir]', 'Change the working directory.']],
  ['command', ['command [-pVv] command [arg ...]', 'Run a command past functions of its name, or tell what it is.']],
  [
    'compgen',
    [
      'compgen [-abcdefgjksuv] [-o option] [-A action] [-G globpat] [-W wordlist] [-F function] [-C command] [-X filterpat] [-P prefix] [-S suffix] [word]',
      'Print the completions that the options make.',
    ],
  ],
  [
    'complete',
    [
      'complete [-abcdefgjksuv] [-pr] [-DEI] [-o option] [-A action] [-G globpat] [-W wordlist] [-F function] [-C command] [-X filterpat] [-P prefix] [-S suffix] [name ...]',
      'Say how the arguments of commands are completed.',
    ],
  ],
  ['compopt', ['compopt [-o|+o option] [-DEI] [name ...]', 'Change the options of completions.']],
  ['continue', ['continue [n]', 'Go on with the next turn of loops.']],
  ['coproc', ['coproc [NAME] command [redirections]', 'Start a command with pipes to and from it.']],
  [
    'declare',
    [
      'declare [-aAfFgiIlnrtux] [name[=value] ...] or declare -p [-aAfFilnrtux] [name ...]',
      'Set variables and their attributes.',
    ],
  ],
  ['dirs', ['dirs [-clpv] [+N] [-N]', 'Show the directory stack.']],
  ['disown', ['disown [-h] [-ar] [jobspec ... | pid ...]', 'Forget jobs, or keep them from being hung up.']],
  ['echo', ['echo [-neE] [arg ...]', 'Write the arguments.']],
  ['enable', ['enable [-a] [-dnps] [-f filename] [name ...]', 'Turn builtins on and off.']],
  ['eval', ['eval [arg ...]', 'Run the arguments as a command.']],
  [
    'exec',
    [
      'exec [-cl] [-a name] [command [argument ...]] [redirection ...]',
      'Put a program in the place of the shell, or change its descriptors.',
    ],
  ],
  ['exit', ['exit [n]', 'Leave the shell.']],
  ['export', ['export [-fn] [name[=value] ...] or export -p', 'Hand variables on to programs.']],
  ['false', ['false', 'Fail.']],
  [
    'fc',
    [
      'fc [-e ename] [-lnr] [first] [last] or fc -s [pat=rep] [command]',
      'List, edit and run commands of the history again.',
    ],
  ],
  ['fg', ['fg [job_spec]', 'Bring a job to the foreground.']],
  ['for', ['for NAME [in WORDS ... ] ; do COMMANDS; done', 'Run commands once for each word.']],
  [
    'for ((',
    ['for (( exp1; exp2; exp3 )); do COMMANDS; done', 'Run commands while an arithmetic expression is not zero.'],
  ],
  ['function', ['function name { COMMANDS ; } or name () { COMMANDS ; }', 'Define a function.']],
  ['getopts', ['getopts optstring name [arg ...]', 'Take the next option of the arguments.']],
  ['hash', ['hash [-lr] [-p pathname] [-dt] [name ...]', 'Show or forget where programs were found.']],
  ['help', ['help [-dms] [pattern ...]', 'Tell about builtins.']],
  [
    'history',
    [
      'history [-c] [-d offset] [n] or history -anrw [filename] or history -ps arg [arg...]',
      'Show and change the history.',
    ],
  ],
  [
    'if',
    [
      'if COMMANDS; then COMMANDS; [ elif COMMANDS; then COMMANDS; ]... [ else COMMANDS; ] fi',
      'Run commands by the status of others.',
    ],
  ],
  ['jobs', ['jobs [-lnprs] [jobspec ...] or jobs -x command [args]', 'List jobs.']],
  [
    'kill',
    [
      'kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]',
      'Send a signal to processes or jobs.',
    ],
  ],
  ['let', ['let arg [arg ...]', 'Evaluate arithmetic expressions.']],
  ['local', ['local [option] name[=value] ...', "Make variables of a function's own."]],
  ['logout', ['logout [n]', 'Leave a login shell.']],
  [
    'mapfile',
    [
      'mapfile [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]',
      'Read lines into an array.',
    ],
  ],
  ['popd', ['popd [-n] [+N | -N]', 'Take a directory off the stack and go there.']],
  ['printf', ['printf [-v var] format [arguments]', 'Write arguments by a format.']],
  ['pushd', ['pushd [-n] [+N | -N | dir]', 'Put a directory on the stack and go there.']],
  ['pwd', ['pwd [-LP]', 'Print the working directory.']],
  [
    'read',
    [
      'read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]',
      'Read a line and split it among variables.',
    ],
  ],
  [
    'readarray',
    [
      'readarray [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]',
      'Read lines into an array.',
    ],
  ],
  ['readonly', ['readonly [-aAf] [name[=value] ...] or readonly -p', 'Make variables unchangeable.']],
  ['return', ['return [n]', 'Leave a function or a sourced file.']],
  [
    'select',
    ['select NAME [in WORDS ... ;] do COMMANDS; done', 'Offer words in a menu and run commands for the choice.'],
  ],
  [
    'set',
    ['set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]', 'Set options and the positional parameters.'],
  ],
  ['shift', ['shift [n]', 'Drop positional parameters.']],
  ['shopt', ['shopt [-pqsu] [-o] [optname ...]', "Turn the shell's optional behaviour on and off."]],
  ['source', ['source filename [arguments]', 'Run the commands of a file in this shell.']],
  ['suspend', ['suspend [-f]', 'Stop the shell until it gets SIGCONT.']],
  ['test', ['test [expr]', 'Evaluate a condition.']],
  ['time', ['time [-p] pipeline', 'Tell how long a pipeline took.']],
  ['times', ['times', 'Tell how much processor time was used.']],
  ['trap', ['trap [-lp] [[arg] signal_spec ...]', 'Run commands when signals and other events come.']],
  ['true', ['true', 'Succeed.']],
  ['type', ['type [-afptP] name [name ...]', 'Tell what a name would run.']],
  [
    'typeset',
    [
      'typeset [-aAfFgiIlnrtux] name[=value] ... or typeset -p [-aAfFilnrtux] [name ...]',
      'Set variables and their attributes.',
    ],
  ],
  ['ulimit', ['ulimit [-SHabcdefiklmnpqrstuvxPRT] [limit]', 'Show and set limits on what processes may use.']],
  ['umask', ['umask [-p] [-S] [mode]', 'Show and set the mask of file modes.']],
  ['unalias', ['unalias [-a] name [name ...]', 'Remove aliases.']],
  ['unset', ['unset [-f] [-v] [-n] [name ...]', 'Remove variables and functions.']],
  ['until', ['until COMMANDS; do COMMANDS-2; done', 'Run commands until others succeed.']],
  [
    'variables',
    ['variables - Names and meanings of some shell variables', 'Variables that mean something to the shell.'],
  ],
  ['wait', ['wait [-fn] [-p var] [id ...]', 'Wait for children to end.']],
  ['while', ['while COMMANDS; do COMMANDS-2; done', 'Run commands while others succeed.']],
  ['{ ... }', ['{ COMMANDS ; }', 'Group commands.']],
])

/** `cd: usage: cd [-L|…`, which follows a complaint about wrong options. */
export const usageLine = (name: string): string => `${name}: usage: ${HELP_TOPICS.get(name)?.[0] ?? name}`
