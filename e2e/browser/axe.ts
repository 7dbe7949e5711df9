import axe from 'axe-core'
import type { Page } from '@playwright/test'

/** What is looked at and by which rules; all of the page by all rules if nothing is said. */
interface Scope {
  /** A selector. */
  readonly within?: string
  readonly rules?: readonly string[]
}

/**
 * What axe has to say, each as its rule and the element. Its own text goes into a page once: with every scan it would cost
 * as much as the scan. xterm's rows are text on a canvas of its making, and the frame of a preview is another site's page.
 */
export async function scan(page: Page, { within = 'html', rules }: Scope = {}): Promise<string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source)
  return page.evaluate(
    async ([included, only]) => {
      const { axe: here } = window as unknown as { axe: typeof axe }
      const { violations } = await here.run(
        { include: [[included]], exclude: [['.xterm'], ['iframe']] },
        { resultTypes: ['violations'], iframes: false, ...(only ? { runOnly: [...only] } : {}) },
      )
      return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id} ${html}`))
    },
    [within, rules] as const,
  )
}
