import { CliError } from '@drydock/cli-plugin'
import { platformProblem } from '@drydock/oci'

/** @throws CliError for what is no `os[/arch[/variant]]`. github.com/containerd/platforms, Parse */
export function checkPlatform(text: string): void {
  if (text === '') return
  const problem = platformProblem(text)
  if (problem !== undefined)
    throw new CliError(`error parsing specified platform: ${JSON.stringify(text)}: ${problem}: invalid argument`)
}
