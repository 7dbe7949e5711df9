import { bool, type Command, defineCommand, noun } from '@drydock/cli-plugin'
import { bashScript, fishScript, powershellScript, zshScript } from './completion-scripts.ts'

const NEW_SHELL = 'You will need to start a new shell for this setup to take effect.'

const forShell = (name: string, use: string, guide: string, script: (ask: string) => string): Command =>
  defineCommand({
    name,
    use,
    short: `Generate the autocompletion script for ${name}`,
    long: guide,
    args: (operands) =>
      operands.length > 0
        ? { bare: `unknown command ${JSON.stringify(operands[0])} for "docker completion ${name}"` }
        : undefined,
    flags: { 'no-descriptions': bool('', 'disable completion descriptions') },
    run: ({ cli, flags }) => cli.print(script(flags['no-descriptions'] ? '__completeNoDesc' : '__complete')),
  })

const BASH = `Generate the autocompletion script for the bash shell.

This script depends on the 'bash-completion' package.
If it is not installed already, you can install it via your OS's package manager.

To load completions in your current shell session:

	source <(docker completion bash)

To load completions for every new session, execute once:

#### Linux:

	docker completion bash > /etc/bash_completion.d/docker

#### macOS:

	docker completion bash > $(brew --prefix)/etc/bash_completion.d/docker

${NEW_SHELL}`

const ZSH = `Generate the autocompletion script for the zsh shell.

If shell completion is not already enabled in your environment you will need
to enable it.  You can execute the following once:

	echo "autoload -U compinit; compinit" >> ~/.zshrc

To load completions in your current shell session:

	source <(docker completion zsh)

To load completions for every new session, execute once:

#### Linux:

	docker completion zsh > "\${fpath[1]}/_docker"

#### macOS:

	docker completion zsh > $(brew --prefix)/share/zsh/site-functions/_docker

${NEW_SHELL}`

const FISH = `Generate the autocompletion script for the fish shell.

To load completions in your current shell session:

	docker completion fish | source

To load completions for every new session, execute once:

	docker completion fish > ~/.config/fish/completions/docker.fish

${NEW_SHELL}`

const POWERSHELL = `Generate the autocompletion script for powershell.

To load completions in your current shell session:

	docker completion powershell | Out-String | Invoke-Expression

To load completions for every new session, add the output of the above command
to your powershell profile.`

/** Not in the list of commands, as with every program that cobra makes. */
export const completion: Command = {
  ...noun({
    name: 'completion',
    short: 'Generate the autocompletion script for the specified shell',
    long: `Generate the autocompletion script for docker for the specified shell.
See each sub-command's help for details on how to use the generated script.`,
    children: [
      forShell('bash', 'bash', BASH, bashScript),
      forShell('fish', 'fish [flags]', FISH, fishScript),
      forShell('powershell', 'powershell [flags]', POWERSHELL, powershellScript),
      forShell('zsh', 'zsh [flags]', ZSH, zshScript),
    ],
  }),
  hidden: true,
}
