/** What top does at a key. top(1), "INTERACTIVE Commands". */
import { isErrno, parseSignal, SIGTERM, type Sys } from '@drydock/abi'
import type { FullScreen } from '../editors/screen/full-screen.ts'
import type { Accounts } from '../account/accounts.ts'

/** What changes while top runs. */
export interface View {
  sort: string
  reversed: boolean
  commandLine: boolean
  perCpu: boolean
  idle: boolean
  /** Only this user's processes. */
  uid: number | undefined
  /** At most so many rows; 0 for all that fit. */
  rows: number
  delayMs: number
  message: string
}

export interface TopScreen {
  readonly sys: Sys
  readonly screen: FullScreen
  readonly view: View
  readonly accounts: Accounts
  /** The process on the first row: what k and r offer. */
  readonly firstPid: number
  /** Row of the message, from 0. */
  readonly messageRow: number
}

const reverse = (text: string): string => `\x1b[7m${text}\x1b[0m`

/** A line of input in the message's row. @returns undefined when ESC left it */
async function ask({ screen, messageRow }: TopScreen, question: string): Promise<string | undefined> {
  let answer = ''
  for (;;) {
    await screen.write(`\x1b[${messageRow + 1};1H\x1b[K${reverse(question)} ${answer}\x1b[?25h`)
    const key = await screen.nextKey()
    if (key === '\r' || key === '\n') return answer.trim()
    if (key === '\x1b' || key === '\x03' || key === '<Hangup>') return undefined
    if (key === '\x7f' || key === '\b') answer = answer.slice(0, -1)
    else if (key === '\x15') answer = ''
    else if (key >= ' ' && !key.startsWith('<')) answer += key
  }
}

/** A whole number, the default for an empty answer. */
function integer(view: View, answer: string | undefined, otherwise?: number): number | undefined {
  if (answer === undefined || (answer === '' && otherwise === undefined)) return undefined
  if (answer === '') return otherwise
  if (/^[-+]?\d+$/.test(answer)) return Number(answer)
  view.message = reverse(' Unacceptable integer ')
  return undefined
}

function attempt(view: View, what: string, act: () => void): void {
  try {
    act()
  } catch (error) {
    if (!isErrno(error)) throw error
    view.message = reverse(` ${what}: ${error.message} `)
  }
}

async function killOne(top: TopScreen): Promise<void> {
  const { sys, view, firstPid } = top
  const pid = integer(view, await ask(top, `PID to signal/kill [default pid = ${firstPid}]`), firstPid)
  if (pid === undefined) return
  const answer = await ask(top, `Send pid ${pid} signal [15/sigterm]`)
  if (answer === undefined) return
  const signal = answer === '' ? SIGTERM : parseSignal(answer)
  if (signal === undefined) view.message = reverse(' Invalid signal ')
  else attempt(view, `Failed signal pid '${pid}' with '${signal}'`, () => sys.kill(pid, signal))
}

async function renice(top: TopScreen): Promise<void> {
  const { sys, view, firstPid } = top
  const pid = integer(view, await ask(top, `PID to renice [default pid = ${firstPid}]`), firstPid)
  if (pid === undefined) return
  const nice = integer(view, await ask(top, `Renice PID ${pid} to value`))
  if (nice === undefined) return
  attempt(view, `Failed renice of PID ${pid} to ${nice}`, () => sys.setpriority(pid, nice))
}

async function changeDelay(top: TopScreen): Promise<void> {
  const { view } = top
  const answer = await ask(top, `Change delay from ${(view.delayMs / 1000).toFixed(1)} to`)
  if (!answer) return
  const wanted = Number(answer.replace(',', '.'))
  if (wanted >= 0) view.delayMs = Math.max(100, wanted * 1000)
  else view.message = reverse(' Unacceptable floating point ')
}

async function chooseUser(top: TopScreen): Promise<void> {
  const { view, accounts } = top
  const answer = await ask(top, 'Which user (blank for all)')
  if (answer === undefined) return
  const uid = answer === '' ? undefined : /^\d+$/.test(answer) ? Number(answer) : accounts.uid(answer)
  if (answer !== '' && uid === undefined) view.message = reverse(' Invalid user ')
  else view.uid = uid
}

async function chooseRows(top: TopScreen): Promise<void> {
  const { view } = top
  const rows = integer(view, await ask(top, `Maximum tasks = ${view.rows}, change to (0 is unlimited)`))
  if (rows !== undefined) view.rows = Math.max(0, rows)
}

async function help({ screen, view }: TopScreen): Promise<void> {
  const delay = (view.delayMs / 1000).toFixed(1)
  const lines = [
    'Help for Interactive Commands - procps-ng 4.0.2',
    `Window 1:Def: Cumulative mode Off.  System: Delay ${delay} secs; Secure mode Off.`,
    '',
    '  1         Toggle: one line for each CPU',
    '  M,P,N,T   Sort by: memory, CPU, pid, time;  R  Reverse the order',
    '  c,i       Toggle: command line, idle tasks',
    '  u         Show one user only;  n  Set maximum tasks displayed',
    '  k,r       Manipulate tasks: kill, renice',
    '  d or s    Set update interval',
    '  q         Quit',
    '',
    "Press 'q' or <Esc> to continue ",
  ]
  await screen.paint(lines, { row: lines.length - 1, col: lines.at(-1)?.length ?? 0 })
  for (;;) {
    const key = await screen.nextKey()
    if (['q', '\x1b', '\r', ' ', '\x03', '<Hangup>'].includes(key)) return screen.forget()
  }
}

const sortBy =
  (column: string) =>
  ({ view }: TopScreen): void => {
    view.sort = column
  }
const toggle =
  (field: 'reversed' | 'commandLine' | 'perCpu' | 'idle') =>
  ({ view }: TopScreen): void => {
    view[field] = !view[field]
  }

const KEYS = new Map<string, (top: TopScreen) => void | Promise<void>>([
  ['P', sortBy('%CPU')],
  ['M', sortBy('%MEM')],
  ['N', sortBy('PID')],
  ['T', sortBy('TIME+')],
  ['R', toggle('reversed')],
  ['c', toggle('commandLine')],
  ['1', toggle('perCpu')],
  ['i', toggle('idle')],
  ['k', killOne],
  ['r', renice],
  ['d', changeDelay],
  ['s', changeDelay],
  ['u', chooseUser],
  ['U', chooseUser],
  ['n', chooseRows],
  ['#', chooseRows],
  ['h', help],
  ['?', help],
])
const LEAVE = new Set(['q', '\x03', '<Hangup>'])
const REFRESH = new Set([' ', '\r', '\n', '<Resize>'])

/** @returns false when the user wants to leave */
export async function takeKey(top: TopScreen, key: string): Promise<boolean> {
  if (LEAVE.has(key)) return false
  top.view.message = ''
  if (key === '\x1a') await top.screen.suspend()
  else if (!REFRESH.has(key)) {
    const act = KEYS.get(key)
    if (act) await act(top)
    else top.view.message = reverse(" Unknown command - try 'h' for help ")
    // What was asked stands on the screen.
    top.screen.forget()
  }
  return true
}
