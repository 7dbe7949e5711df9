import { CliError } from '@drydock/cli-plugin'

/** What is sent: nothing, unless the flag was given. @throws CliError */
export function availability(word: string, isGiven: boolean): string {
  if (!isGiven) return ''
  const small = word.toLowerCase()
  if (['active', 'pause', 'drain'].includes(small)) return small
  throw new CliError(`invalid availability "${word}", only active, pause and drain are supported`)
}
