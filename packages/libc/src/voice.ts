import type { Process } from '@drydock/abi'
import type { OptionSpec } from './getopt.ts'

/** How a program speaks in a family of programs that has its own words, as busybox's applets do. */
export interface Voice {
  readonly family: 'busybox'
  /** @returns what standard error gets in place of `text` (whole lines, or a question); '' for silence */
  reword(text: string): string
  /** @returns the part of an option that the family has; undefined when it has none of it */
  narrow(spec: OptionSpec): OptionSpec | undefined
  /** @param message what is wrong with the command line; undefined for `--help` */
  usage(message: string | undefined): string
  readonly usageStatus: number
}

/** A process that was started under such a name. */
export interface VoicedProcess extends Process {
  readonly voice?: Voice
}

export const voiceOf = (process: Process): Voice | undefined => (process as VoicedProcess).voice
