/** What a small Dockerfile has to come to. Base `busybox` has programs, `scratch` has nothing. */
export interface DockerfileRow {
  /** The published rule that the row is about: docs.docker.com/reference/dockerfile, by instruction. */
  readonly rule: string
  readonly dockerfile: string
  /** Files of the context by path; a value that begins with `->` is a link. */
  readonly context?: Readonly<Record<string, string>>
  readonly args?: Readonly<Record<string, string>>
  readonly target?: string
  /** Content by path. */
  readonly files?: Readonly<Record<string, string>>
  /** `mode uid:gid` by path. */
  readonly stat?: Readonly<Record<string, string>>
  readonly missing?: readonly string[]
  /** Fields of the image's configuration. */
  readonly config?: Readonly<Record<string, unknown>>
  /** Variables besides PATH. */
  readonly env?: readonly string[]
  /** How the newest step of the image's history was made. */
  readonly history?: string
  /** Built by Docker's first builder. */
  readonly classic?: boolean
  /** Part of the message that the build fails with. */
  readonly error?: string
}

export const B = 'FROM busybox\n'
export const S = 'FROM scratch\n'
export const AB = { a: 'A', b: 'B' }
export const TREE = { 'd/x': 'X', 'd/y.txt': 'Y', 'd/e/z': 'Z' }
