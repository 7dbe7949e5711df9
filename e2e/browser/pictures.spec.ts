import { mkdirSync } from 'node:fs'
import { expect, type Locator, type Page, test } from '@playwright/test'
import { scan } from './axe.ts'
import { Playground } from './playground.ts'

/**
 * `DRYDOCK_PICTURES=docs/pictures npx playwright test pictures` makes the README's anew. Without, each view is taken dark at a
 * desk and light on a phone, and scanned in both; `DRYDOCK_EVERY_PICTURE=1` takes all four.
 */
const README_FOLDER = process.env['DRYDOCK_PICTURES']
const EVERY = README_FOLDER !== undefined || process.env['DRYDOCK_EVERY_PICTURE'] !== undefined
const FOLDER = README_FOLDER ?? 'test-results/pictures'
const README = {
  desk: ['containers', 'map', 'files', 'preview', 'timeline'],
  phone: ['containers', 'images-layers', 'map', 'timeline'],
} as const

const SIZES = { desk: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const

/** Something to see in every view: a web server and its store on a network of their own, and one that failed. */
const SCENE = [
  'docker network create back',
  'docker run -d --name store --network back -v data:/data alpine sleep 1d',
  'docker run -d --name web --network back -p 8080:80 nginx',
  'docker run -d --name tutorial -p 80:80 docker/getting-started',
  'docker run --name failed alpine sh -c "exit 3"',
  `printf 'FROM nginx:alpine\\nCOPY site /usr/share/nginx/html\\nRUNN nginx -t\\nEXPOSE 80\\n' > Dockerfile`,
]
/** One that went well, and one that failed at its last step. */
const BUILDS = `mkdir app; printf 'FROM alpine\\nRUN seq 3\\n' > app/Dockerfile; docker build -q -t registry.example.com/shop/storefront:2026.11 app; printf 'RUN echo nearly && exit 7\\n' >> app/Dockerfile; docker build -q app 2> /dev/null`
const LISTED = `docker ps --format 'table {{.Names}}\\t{{.Image}}\\t{{.Status}}'`
/** More than fits, with names longer than there is room for. */
const CROWD = `for n in $(seq 16); do docker create --name a-name-that-somebody-took-from-a-generator-of-long-names-$n alpine sleep 1d > /dev/null; done`

/** The page while it is looked at: what is on top of it, and how to get there. */
interface View {
  readonly name: string
  /** @returns what is looked at; the rest of the page was looked at before */
  open(page: Page): Promise<Locator>
  close?(page: Page): Promise<void>
}

const button = (within: Page | Locator, name: string | RegExp) =>
  within.getByRole('button', typeof name === 'string' ? { name, exact: true } : { name })
const closePanel = (page: Page) => button(page, 'Close the panel').click()
const closeDialog = (page: Page) => page.keyboard.press('Escape')

async function panel(page: Page, name: string): Promise<Locator> {
  await button(page, name).click()
  const shown = page.getByRole('complementary', { name, exact: true })
  await expect(shown).toBeVisible()
  await expect(shown.getByText('Loading…')).toHaveCount(0)
  return shown
}

async function dialog(page: Page): Promise<Locator> {
  const shown = page.getByRole('dialog')
  await expect(shown).toBeVisible()
  return shown
}

const panelView = (name: string, title: string, ready: (shown: Locator) => Promise<unknown>): View => ({
  name,
  async open(page) {
    const shown = await panel(page, title)
    await ready(shown)
    return shown
  },
  close: closePanel,
})

const sees = (text: string | RegExp) => (shown: Locator) => expect(shown.getByText(text).first()).toBeVisible()

/** They are hidden until they have been measured. */
const boxes = (count: number) => async (shown: Locator) => {
  await expect(shown.locator('.react-flow__node')).toHaveCount(count)
  await expect(shown.locator('.react-flow__node').last()).toBeVisible()
}

const EMPTY: readonly View[] = [
  { name: 'page', open: async (page) => page.locator('body') },
  panelView('containers-empty', 'Containers', sees('No containers yet')),
  panelView('images-empty', 'Images', sees('No images yet')),
  panelView('builds-empty', 'Builds', sees('No builds yet')),
  panelView('volumes-empty', 'Volumes', sees('No volumes yet')),
  panelView('timeline-empty', 'Timeline', sees('Nothing to take back yet')),
  panelView('preview-empty', 'Preview', sees('No port is published')),
]

const ofContainer = (name: string, tab: string, ready: (shown: Locator) => Promise<unknown>): View =>
  panelView(name, 'Containers', async (shown) => {
    await button(shown, 'Show web').click()
    await shown.getByRole('tab', { name: tab }).click()
    await ready(shown)
  })

const FULL: readonly View[] = [
  { name: 'terminal', open: async (page) => page.locator('body') },
  panelView('containers', 'Containers', sees('nginx')),
  ofContainer('container-logs', 'Logs', (shown) =>
    expect(shown.locator('.xterm-rows')).toContainText('worker process'),
  ),
  ofContainer('container-stats', 'Stats', (shown) =>
    expect(shown.locator('svg polyline, svg path').first()).toBeAttached(),
  ),
  ofContainer('container-processes', 'Processes', sees(/nginx: master/)),
  ofContainer('container-files', 'Files', sees('docker-entrypoint.d')),
  ofContainer('container-inspect', 'Inspect', async (shown) => {
    await shown.getByRole('searchbox').fill('.State')
    await expect(shown.locator('dd').first()).toBeVisible()
  }),
  panelView('images', 'Images', sees('nginx:latest')),
  panelView('images-layers', 'Images', async (shown) => {
    await button(shown, /^nginx:latest/).click()
    await sees('Layers')(shown)
  }),
  panelView('builds', 'Builds', sees('storefront')),
  panelView('build-steps', 'Builds', async (shown) => {
    await button(shown, /^Failed/).click()
    await sees(/nearly/)(shown)
  }),
  panelView('build-source', 'Builds', async (shown) => {
    await button(shown, /^Failed/).click()
    await button(shown, 'Dockerfile:3').click()
    await expect(shown.locator('.cm-line.marked')).toHaveCount(1)
  }),
  panelView('volumes', 'Volumes', sees('data')),
  panelView('networks', 'Networks', sees('back')),
  panelView('map', 'Map', boxes(9)),
  panelView('files', 'Files', async (shown) => {
    await button(shown, 'Dockerfile').click()
    await expect(shown.locator('.cm-lint-marker-error')).toHaveCount(1)
  }),
  panelView('preview', 'Preview', (shown) =>
    expect(shown.frameLocator('iframe').getByRole('heading').first()).toBeVisible(),
  ),
  panelView('timeline', 'Timeline', sees('docker network create back')),
  panelView('help', 'Help', sees('docker run hello-world')),
  {
    name: 'run',
    async open(page) {
      await button(await panel(page, 'Containers'), 'Run').click()
      return dialog(page)
    },
    async close(page) {
      await closeDialog(page)
      await closePanel(page)
    },
  },
  ...['Settings', 'Commands'].map((name) => ({
    name: name.toLowerCase(),
    async open(page: Page) {
      await button(page, name).click()
      return dialog(page)
    },
    close: closeDialog,
  })),
  ...Object.entries({ share: 'Take it with you', templates: 'New session from a template…' }).map(([name, item]) => ({
    name,
    async open(page: Page) {
      await button(page, 'Sessions').click()
      await page.getByRole('menuitem', { name: item }).click()
      return dialog(page)
    },
    close: closeDialog,
  })),
  {
    name: 'tour',
    async open(page) {
      await button(page, 'Commands').click()
      await page.getByPlaceholder('What do you want to do?').fill('Tour')
      await page.getByRole('option', { name: 'Tour', exact: true }).click()
      await expect(page.getByText('1 / 6')).toBeVisible()
      return page.locator('.driver-popover')
    },
    close: closeDialog,
  },
]

const CROWDED: readonly View[] = [
  panelView('containers-many', 'Containers', sees('generator-of-long-names-9')),
  panelView('map-many', 'Map', boxes(25)),
]

const EVERYWHERE: readonly View[] = [
  panelView('containers-all', 'Containers', async (shown) => {
    await button(shown, 'All').click()
    await expect(shown.getByRole('region', { name: 'node2' })).toBeVisible()
  }),
  panelView('map-all', 'Map', sees('node2')),
]

// Each has a browser of its own and takes minutes: side by side.
test.describe.configure({ mode: 'parallel' })
for (const [size, viewport] of Object.entries(SIZES)) {
  const readme = README[size as keyof typeof README]
  test(`every view has its picture, and nothing for axe to find, ${size}`, { tag: '@long' }, async ({ browser }) => {
    test.setTimeout(600_000)
    mkdirSync(FOLDER, { recursive: true })
    const context = await browser.newContext({ viewport, reducedMotion: 'reduce' })
    const page = await context.newPage()
    const look = async (views: readonly View[]): Promise<void> => {
      for (const view of views) {
        if (README_FOLDER && !readme.some((name) => name === view.name)) continue
        const shown = await view.open(page)
        await inBothSchemes(page, (scheme) => lookAt(page, shown, `${view.name}-${size}-${scheme}`))
        await view.close?.(page)
      }
    }
    const playground = await Playground.open(page)
    await look(EMPTY)
    for (const command of [...SCENE, BUILDS]) await playground.run(command, { timeout: 60_000 })
    await playground.run(`clear; ${LISTED}`)
    await look(FULL)
    await playground.run(CROWD, { timeout: 60_000 })
    await look(CROWDED)
    await button(page, 'Add new instance').click()
    await playground.prompt()
    await playground.run('docker run -d -p 81:80 nginx', { timeout: 60_000 })
    await playground.hosts().first().click()
    await look(EVERYWHERE)
    await context.close()
  })
}

async function inBothSchemes(page: Page, act: (scheme: string) => Promise<void>): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme })
    await settled(page, colorScheme === 'dark')
    await act(colorScheme)
  }
}

async function lookAt(page: Page, shown: Locator, name: string): Promise<void> {
  if (EVERY || /desk-dark|phone-light/.test(name)) await page.screenshot({ path: `${FOLDER}/${name}.png` })
  if (README_FOLDER) return
  // Nothing may be wider than the page, on a phone least of all.
  expect.soft(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), name).toBe(true)
  expect.soft(await findings(page, shown, name.endsWith('dark')), name).toEqual([])
}

/** What axe has to say of a part of the page. @param all not only of its colours */
async function findings(page: Page, shown: Locator, all: boolean): Promise<string[]> {
  await shown.evaluate((element) => element.setAttribute('data-looked-at', ''))
  const found = await scan(page, { within: '[data-looked-at]', ...(all ? {} : { rules: ['color-contrast'] }) })
  await shown.evaluate((element) => element.removeAttribute('data-looked-at'))
  return found
}

/** The page has these colours, nothing is on its way to where it belongs, and what was drawn last is on the screen. */
async function settled(page: Page, dark: boolean): Promise<void> {
  await page.waitForFunction((wanted) => {
    const moving = document.getAnimations().filter(({ effect }) => effect?.getComputedTiming().iterations !== Infinity)
    return matchMedia('(prefers-color-scheme: dark)').matches === wanted && moving.length === 0
  }, dark)
  await page.evaluate(async () => {
    for (let frame = 0; frame < 4; frame++) await new Promise((painted) => requestAnimationFrame(painted))
  })
}
