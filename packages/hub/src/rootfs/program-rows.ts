/** What the Hub knows of a program of the table it is handed: enough to place its stub. */
export interface ProgramRow {
  /** `coreutils/ls`. */
  readonly name: string
  /** The first is the file, others are links to it. */
  readonly paths: readonly string[]
  readonly sizeBytes?: number
}

/** Whose tools an image has: the same command may be in the table twice. */
export type Flavour = 'gnu' | 'busybox'

const BUSYBOX = 'busybox/'
/** Commands that a flavour has under another program's name. */
const ALIASES: Readonly<Record<Flavour, ReadonlyMap<string, string>>> = {
  gnu: new Map([
    ['sh', 'dash'],
    ['awk', 'mawk'],
  ]),
  busybox: new Map([['sh', 'ash']]),
}

/** Finds programs by the command that users type. */
export class ProgramRows {
  readonly rows: readonly ProgramRow[]
  private readonly byCommand = new Map<string, ProgramRow[]>()

  constructor(rows: readonly ProgramRow[]) {
    this.rows = rows
    for (const row of rows) for (const command of commandsOf(row)) this.remember(command, row)
  }

  /** @returns undefined when nobody wrote it */
  find(command: string, flavour: Flavour): ProgramRow | undefined {
    const rows = this.byCommand.get(command) ?? []
    const isBusybox = (row: ProgramRow): boolean => row.name.startsWith(BUSYBOX)
    const preferred = rows.find((row) => isBusybox(row) === (flavour === 'busybox'))
    const alias = ALIASES[flavour].get(command)
    const aliased = preferred === undefined && alias !== undefined ? this.find(alias, flavour) : undefined
    return preferred ?? aliased ?? rows[0]
  }

  private remember(command: string, row: ProgramRow): void {
    const rows = this.byCommand.get(command)
    if (!rows) this.byCommand.set(command, [row])
    else if (!rows.includes(row)) rows.push(row)
  }
}

const lastPart = (path: string): string => path.slice(path.lastIndexOf('/') + 1)

export const commandsOf = ({ name, paths }: ProgramRow): string[] => [lastPart(name), ...paths.map(lastPart)]
