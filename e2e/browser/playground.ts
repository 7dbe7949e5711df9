import { expect, type Locator, type Page, test } from '@playwright/test'

/** A person in front of the page: types, reads the screen, clicks. */
export class Playground {
  readonly page: Page
  /** A key for each letter of a command, as a person types, or all of it as pasted: half of what a test would cost. */
  readonly typing: 'keys' | 'whole'

  constructor(page: Page, typing: 'keys' | 'whole' = 'whole') {
    this.page = page
    this.typing = typing
  }

  /** Opens a new session and waits for its first prompt. */
  static async open(page: Page, address = '/', typing: 'keys' | 'whole' = 'whole'): Promise<Playground> {
    const playground = new Playground(page, typing)
    await page.goto(address)
    await expect(playground.screen()).toBeVisible()
    await playground.prompt()
    await playground.whole()
    return playground
  }

  /** The terminal types before the page around it is there. */
  async whole(): Promise<void> {
    await expect(this.page.locator('#first-frame')).toHaveCount(0)
  }

  hosts(): Locator {
    return this.page.locator('.instance')
  }

  /** The rows of the terminal that is shown. */
  screen(): Locator {
    return this.page.locator('.terminal:visible .xterm-rows')
  }

  /** What stands on the screen, a line each, without blanks at the ends. */
  text(): Promise<string> {
    return this.shown('', '', 0)
  }

  async type(text: string): Promise<void> {
    // A page behind another one is not painted.
    await this.page.bringToFront()
    await this.page.locator('.terminal:visible .xterm-helper-textarea').focus()
    await this.page.keyboard.type(text)
  }

  /** Writes a file by one command, which goes in as a whole: a key for each of its letters would take long. */
  async write(path: string, content: string): Promise<void> {
    await this.press('Control+l')
    await this.page.locator('.terminal:visible .xterm-helper-textarea').focus()
    const encoded = Buffer.from(content).toString('base64')
    await this.page.keyboard.insertText(
      `mkdir -p $(dirname ${path}); echo ${encoded} | base64 -d > ${path}; clear; echo written`,
    )
    await this.press('Enter')
    await this.sees(/^written\n/)
    await this.prompt()
  }

  async press(...keys: string[]): Promise<void> {
    await this.page.locator('.terminal:visible .xterm-helper-textarea').focus()
    for (const key of keys) await this.page.keyboard.press(key)
  }

  /** Waits until the last line is a prompt with nothing behind it. */
  async prompt(pattern = /(^|\n)[$#] ?$/, timeout = 15_000): Promise<void> {
    await this.sees(pattern, timeout)
  }

  async sees(text: string | RegExp, timeout = 15_000): Promise<void> {
    const pattern = typeof text === 'string' ? new RegExp(text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')) : text
    expect(await this.shown(pattern.source, pattern.flags, timeout)).toMatch(pattern)
  }

  /**
   * What stands on the screen as soon as it matches, or after so many milliseconds. The page itself looks, whenever
   * something has changed: asking it from outside many times a second would keep it busy.
   */
  private shown(source: string, flags: string, timeout: number): Promise<string> {
    const wait = ([source, flags, timeout]: readonly [string, string, number]): Promise<string> => {
      const pattern = new RegExp(source, flags)
      const read = (): string => {
        const rows = [...document.querySelectorAll('.terminal .xterm-rows')].find((each) =>
          each.checkVisibility({ visibilityProperty: true }),
        )
        const lines = [...(rows?.children ?? [])].map((row) =>
          (row.textContent ?? '').replaceAll('\u00a0', ' ').trimEnd(),
        )
        return lines.join('\n').trimEnd()
      }
      return new Promise((resolve) => {
        const end = (): void => {
          observer.disconnect()
          clearTimeout(timer)
          resolve(read())
        }
        const look = (): void => void (pattern.test(read()) && end())
        const observer = new MutationObserver(look)
        const timer = setTimeout(end, timeout)
        observer.observe(document, { subtree: true, childList: true, characterData: true, attributes: true })
        look()
      })
    }
    return this.page.evaluate(wait, [source, flags, timeout] as const)
  }

  /**
   * Types a command and waits for the next prompt. The screen is cleared first, so what is returned is what the command
   * printed, as it stands on the screen. Enter waits for the echo of the whole command: the prompt before it must not be
   * taken for the one after it.
   */
  async run(command: string, { prompt = /(^|\n)[$#] ?$/, timeout = 15_000 } = {}): Promise<string> {
    await this.press('Control+l')
    if (this.typing === 'keys' || command.includes('\n')) await this.type(command)
    else await this.page.keyboard.insertText(command)
    // A long command is broken where the screen ends, and blanks there are not to be seen.
    const end = [...(command.split('\n').at(-1) ?? '').replaceAll(/\s/g, '')].slice(-20)
    await this.sees(new RegExp(`${end.map((letter) => letter.replace(/[^\w]/, '\\$&')).join('\\s*')}$`))
    await this.press('Enter')
    await this.prompt(prompt, timeout)
    const lines = (await this.text()).split('\n')
    const typed = lines.findIndex((line) => line.includes(command.slice(0, 30)))
    return lines
      .slice(typed + 1, -1)
      .filter((line) => !/^\[node\d+\] \(local\)/.test(line))
      .join('\n')
  }

  /** Saves by leaving the page as a reload does, and comes back to a prompt. */
  async reload(): Promise<void> {
    await this.page.waitForTimeout(300)
    await this.page.reload()
    await expect(this.screen()).toBeVisible()
    await this.sees('back after a reload')
    await this.prompt()
    await this.whole()
  }

  port(port: number): Locator {
    return this.page.getByRole('button', { name: `Open port ${port}`, exact: true })
  }
}

/** One session for all tests of a file: they do one after the other what somebody would do in it. */
export function shareSession(): () => Playground {
  let shared: Playground | undefined
  test.describe.configure({ mode: 'serial' })
  test.beforeAll(async ({ browser }) => {
    shared = await Playground.open(await (await browser.newContext()).newPage())
  })
  test.afterAll(() => shared?.page.context().close())
  return () => {
    if (!shared) throw new Error('no session is open')
    return shared
  }
}
