import { expect, test } from '@playwright/test'
import { Playground } from './playground.ts'

test('ssh to another host, run something, exit', async ({ page }) => {
  const playground = await Playground.open(page)
  await page.getByRole('button', { name: 'Add new instance' }).click()
  await expect(playground.hosts()).toHaveCount(2)
  await playground.prompt()
  await playground.hosts().first().click()
  await playground.prompt()
  await playground.run('until nc -z node2 22; do sleep 0.2; done', { timeout: 30_000 })
  await playground.type('ssh node2\n')
  await playground.sees("The authenticity of host 'node2 (192.168.0.")
  await playground.sees('(yes/no/[fingerprint])?')
  await playground.type('yes\n')
  await playground.sees("Warning: Permanently added 'node2' (ED25519) to the list of known hosts.")
  await playground.sees(/\[node2\].*\n\$ ?$/)
  expect(await playground.run('hostname; stty size | wc -w')).toBe('node2\n2')
  await playground.type('exit\n')
  await playground.sees('Connection to node2 closed.')
  await playground.prompt()
  expect(await playground.run('hostname; ssh node2 "exit 7"; echo $?')).toBe('node1\n7')
})

test('top refreshes, and heeds its keys', async ({ page }) => {
  const playground = await Playground.open(page)
  await playground.type('top -d 0.3\n')
  await playground.sees(/top - \d\d:\d\d:\d\d up /)
  const clock = async (): Promise<string> => /top - (\d\d:\d\d:\d\d)/.exec(await playground.text())?.[1] ?? ''
  const first = await clock()
  await expect.poll(clock, { timeout: 15_000 }).not.toBe(first)
  await playground.type('M')
  await playground.sees('PID USER')
  await playground.type('q')
  await playground.prompt()
})

test('Tab completes the name of a container', async ({ page }) => {
  const playground = await Playground.open(page)
  await playground.run('docker run -d --name unmistakable nginx', { timeout: 30_000 })
  await playground.type('docker stop unmis')
  await playground.press('Tab')
  await playground.sees(/docker stop unmistakable ?$/)
  await playground.press('Enter')
  await playground.prompt(undefined, 30_000)
  expect(await playground.run('docker ps -q; echo none')).toBe('none')
})
