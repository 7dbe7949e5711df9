/** What every program of e2fsprogs says of itself on standard error. */
export const VERSION = '1.47.0 (5-Feb-2023)'

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const two = (value: number): string => String(value).padStart(2, '0')

/** ctime(3) without the newline, in UTC. */
export function timeText(seconds: number): string {
  const date = new Date(seconds * 1000)
  const clock = [date.getUTCHours(), date.getUTCMinutes(), date.getUTCSeconds()].map(two).join(':')
  const day = String(date.getUTCDate()).padStart(2)
  return `${DAYS[date.getUTCDay()]} ${MONTHS[date.getUTCMonth()]} ${day} ${clock} ${date.getUTCFullYear()}`
}

/** `1k`, `4k` */
export const blockWord = (blockSize: number): string => `${blockSize / 1024}k`
