/** A line of the kernel's log. syslog(2) */
export interface LogRecord {
  readonly level: number
  readonly facility: number
  /** Since boot. */
  readonly seconds: number
  readonly text: string
  /** As it was read. */
  readonly raw: string
}

const USER_NOTICE = 6

/** Reads `<6>[    0.004245] Linux version…`, where the number is 8 * facility + level. */
export const parseLog = (lines: readonly string[]): LogRecord[] =>
  lines.map((raw) => {
    const [, priority = String(USER_NOTICE), seconds = '0', text = ''] =
      /^(?:<(\d+)>)?(?:\[\s*(\d+\.\d+)\] ?)?(.*)$/s.exec(raw) ?? []
    return { level: Number(priority) & 7, facility: Number(priority) >> 3, seconds: Number(seconds), text, raw }
  })

export const priorityOf = ({ level, facility }: LogRecord): number => facility * 8 + level
