import { expect, test } from '@playwright/test'
import { Playground } from './playground.ts'

/** Frames that the page manages to paint in half a second. */
const frames = (playground: Playground): Promise<number> =>
  playground.page.evaluate(
    () =>
      new Promise<number>((done) => {
        let count = 0
        const until = performance.now() + 500
        const next = (): void => {
          count++
          if (performance.now() < until) requestAnimationFrame(next)
          else done(count)
        }
        requestAnimationFrame(next)
      }),
  )

for (const command of ['while true; do :; done', 'yes > /dev/null'])
  test(`${command} leaves the page responsive and dies of Ctrl-C`, async ({ page }) => {
    const playground = await Playground.open(page)
    await playground.type(`${command}\n`)
    await page.waitForTimeout(300)
    expect(await frames(playground)).toBeGreaterThan(5)
    await playground.press('Control+c')
    await playground.sees(/\^C/)
    await playground.prompt()
    expect(await playground.run('echo alive')).toMatch(/^alive$/m)
  })

test('an endless script in node dies of Ctrl-C', async ({ page }) => {
  const playground = await Playground.open(page)
  await playground.type('docker run -it --rm node bash\n')
  await playground.sees(/root@[0-9a-f]{12}:\/# ?$/, 30_000)
  await playground.type("node -e 'for(;;);'\n")
  await page.waitForTimeout(500)
  expect(await frames(playground)).toBeGreaterThan(5)
  await playground.press('Control+c')
  await playground.sees(/\^C\n(.*\n)*root@[0-9a-f]{12}:\/# ?$/)
})

test('Ctrl-C inside docker run -it goes to the shell in it', async ({ page }) => {
  const playground = await Playground.open(page)
  await playground.type('docker run -it alpine sh\n')
  await playground.sees(/\n\/ # ?$/)
  await playground.type('sleep 1000\n')
  await page.waitForTimeout(200)
  await playground.press('Control+c')
  await playground.sees(/sleep 1000\n\^C\n\/ # ?$/)
  await playground.type('exit\n')
  await playground.prompt()
  expect(await playground.run('echo $?')).toMatch(/^130$/m)
})

test('process 1 without a handler ignores Ctrl-C, and the CLI gives up after the third', async ({ page }) => {
  const playground = await Playground.open(page)
  await playground.run('docker pull alpine')
  await playground.type('docker run alpine sleep 1000\n')
  await page.waitForTimeout(700)
  for (let times = 0; times < 3; times++) {
    await playground.press('Control+c')
    await page.waitForTimeout(150)
  }
  await playground.sees('got 3 SIGTERM/SIGINTs, forcefully exiting')
  await playground.prompt()
  expect(await playground.run('docker ps')).toMatch(/"sleep 1000"/)
})

test('Ctrl-C ends docker logs -f, and the container goes on', async ({ page }) => {
  const playground = await Playground.open(page)
  await playground.run('docker run -d --name ticker busybox sh -c "while true; do echo tick; sleep 1; done"')
  await playground.type('docker logs -f ticker\n')
  await playground.sees(/tick\ntick/)
  await playground.press('Control+c')
  await playground.prompt()
  expect(await playground.run('docker ps')).toMatch(/Up .* ticker/)
})
