/** What the form for a new container asks. */
export interface RunForm {
  readonly image: string
  readonly name: string
  /** `8080:80`, one a line. */
  readonly ports: string
  /** `KEY=value`, one a line. */
  readonly environment: string
  /** `volume:/path` or `/host:/path`, one a line. */
  readonly mounts: string
  readonly command: string
  readonly detached: boolean
  readonly interactive: boolean
  readonly removed: boolean
  readonly restart: '' | 'always' | 'unless-stopped' | 'on-failure'
}

export const EMPTY_FORM: RunForm = {
  image: '',
  name: '',
  ports: '',
  environment: '',
  mounts: '',
  command: '',
  detached: true,
  interactive: false,
  removed: false,
  restart: '',
}

const lines = (text: string): readonly string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

/** One word for the shell, in quotes where it needs them. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

/** The docker command that the form stands for. */
export function runCommand(form: RunForm): string {
  const flags = [
    ...(form.detached ? ['-d'] : []),
    ...(form.interactive ? ['-it'] : []),
    ...(form.removed ? ['--rm'] : []),
    ...(form.name.trim() ? ['--name', quoted(form.name.trim())] : []),
    ...(form.restart ? ['--restart', form.restart] : []),
    ...lines(form.ports).flatMap((port) => ['-p', quoted(port)]),
    ...lines(form.environment).flatMap((variable) => ['-e', quoted(variable)]),
    ...lines(form.mounts).flatMap((mount) => ['-v', quoted(mount)]),
  ]
  const rest = form.command.trim()
  return ['docker run', ...flags, quoted(form.image.trim() || 'IMAGE'), ...(rest ? [rest] : [])].join(' ')
}
