import { expect, test } from '@playwright/test'
import { Playground } from './playground.ts'

test('Ctrl-Z stops a job, bg lets it go on, fg brings it back', async ({ page }) => {
  const playground = await Playground.open(page)
  await playground.type('sleep 1000\n')
  await playground.sees('sleep 1000')
  await expect
    .poll(async () => {
      await playground.press('Control+z')
      return playground.text()
    })
    .toMatch(/\[1\]\+ +Stopped +sleep 1000/)
  await playground.prompt()
  expect(await playground.run('jobs')).toMatch(/\[1\]\+ +Stopped +sleep 1000/)
  expect(await playground.run('bg')).toMatch(/\[1\]\+ sleep 1000 &/)
  expect(await playground.run('jobs')).toMatch(/\[1\]\+ +Running +sleep 1000 &/)
  await playground.type('fg\n')
  await playground.sees(/\$ fg\nsleep 1000/)
  await playground.press('Control+c')
  await playground.prompt()
  expect(await playground.run('jobs; echo "status $?"')).toBe('status 0')
})

test('a fork bomb in a limited container leaves docker ps answering', async ({ page }) => {
  const playground = await Playground.open(page)
  await playground.run('docker run -d --name bomb --pids-limit 50 alpine sh -c "b() { b | b & }; b; sleep 1000"', {
    timeout: 30_000,
  })
  for (let round = 0; round < 3; round++)
    expect(await playground.run('docker ps --format "{{.Names}} {{.Status}}"')).toMatch(/^bomb Up /)
  expect(Number(await playground.run('cat /sys/fs/cgroup/docker/$(docker ps -q --no-trunc)/pids.max'))).toBe(50)
  await playground.run('docker rm -f bomb', { timeout: 30_000 })
  expect(await playground.run('docker ps -aq; echo gone')).toBe('gone')
})

test('tail -f follows what a second terminal writes', async ({ page }) => {
  const playground = await Playground.open(page)
  await playground.run('touch log')
  await playground.type('tail -f log\n')
  await playground.sees('tail -f log')
  await page.getByRole('button', { name: /new terminal/i }).click()
  await playground.prompt()
  await playground.run('for i in 1 2 3; do echo "written $i" >> log; sleep 0.2; done')
  await page.getByRole('tab', { name: /^terminal 1/i }).click()
  await playground.sees(/written 1\nwritten 2\nwritten 3/)
  await playground.press('Control+c')
  await playground.prompt()
  await page.getByRole('button', { name: /close terminal 2/i }).click()
  await expect(page.getByRole('tab', { name: /terminal 2/i })).toHaveCount(0)
})

test('terminals come back after a reload, each where it was', async ({ page }) => {
  const playground = await Playground.open(page)
  await page.getByRole('button', { name: /new terminal/i }).click()
  await playground.prompt()
  await playground.run('cd /tmp; tty; echo second')
  await playground.reload()
  await expect(page.getByRole('tab', { name: /terminal/i })).toHaveCount(2)
  await page.getByRole('tab', { name: /^terminal 2/i }).click()
  await playground.sees('second')
  await playground.prompt()
  expect(await playground.run('pwd')).toBe('/tmp')
})
