import type { Cli } from '@drydock/cli-plugin'
import type { Prompts } from './prompts.ts'

/** Files to write, and the port that the application will be found at; 0 for none that is known. */
export interface Plan {
  readonly dockerfile: string
  /** Below `build:` and the ports of the service `server`. */
  readonly compose: string
  readonly port: number
  /** Further lines of .dockerignore. */
  readonly ignored?: readonly string[]
}

/** One of the kinds of project that there are templates for. */
export interface Platform {
  readonly name: string
  /** Behind the name in the list. */
  readonly suits: string
  /** What a folder of such a project has in it. */
  readonly marks: readonly RegExp[]
  ask(prompts: Prompts, cli: Cli, files: readonly string[]): Promise<Plan>
}

/** A service with one port, as most have. */
export const serverOn = (port: number | string, inside = port): string => `    ports:
      - ${port}:${inside}
`

/** Who the application runs as, in images with adduser of Debian or Alpine. */
export const APP_USER = `# The application gets an account of its own, without rights that it does not need.
ARG UID=10001
RUN adduser \\
    --disabled-password \\
    --gecos "" \\
    --home "/nonexistent" \\
    --shell "/sbin/nologin" \\
    --no-create-home \\
    --uid "\${UID}" \\
    appuser
USER appuser
`
