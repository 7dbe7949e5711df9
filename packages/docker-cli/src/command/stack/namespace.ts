import { CliError } from '@drydock/cli-plugin'

/** What belongs to a stack carries its name. */
export const STACK_LABEL = 'com.docker.stack.namespace'
/** The image as the file names it, so that a change shows. */
export const IMAGE_LABEL = 'com.docker.stack.image'

export const scoped = (stack: string, name: string): string => `${stack}_${name}`
export const ofStack = (stack: string): string => `${STACK_LABEL}=${stack}`
export const withStack = (stack: string, labels: ReadonlyMap<string, string> | undefined): Record<string, string> => ({
  ...Object.fromEntries(labels ?? []),
  [STACK_LABEL]: stack,
})

/** @throws CliError */
export function checkStackName(name: string): void {
  if (/^[\s'"]*$/.test(name)) throw new CliError(`invalid stack name: ${JSON.stringify(name)}`)
}
