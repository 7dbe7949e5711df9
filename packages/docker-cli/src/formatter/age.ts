import { type Cli, humanDuration, secondsOf } from '@drydock/cli-plugin'

/** `2 minutes ago`. @param rfc3339 when it was */
export const ago = (cli: Cli, rfc3339: string): string =>
  `${humanDuration(cli.sys.clock.now() / 1000 - secondsOf(rfc3339))} ago`
