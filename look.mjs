import { chromium } from '@playwright/test'
import { serve } from './tools/serve.mjs'
const { port, close } = await serve({ port: 0 })
const b = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-quic',
    '--disable-component-update',
    '--disable-sync',
    '--no-first-run',
  ],
})
const ctx = await b.newContext({
  viewport: { width: 1280, height: 800 },
  colorScheme: process.env.DARK ? 'dark' : 'light',
})
const p = await ctx.newPage()
p.on('console', (m) => console.log('console:', m.text()))
p.on('pageerror', (e) => console.log('pageerror', e.message))
await p.goto(`http://drydock.localhost:${port}/`)
const text = () =>
  p.evaluate(() =>
    [...(document.querySelector('.host:not([hidden]) .xterm-rows')?.children ?? [])]
      .map((r) => r.textContent.replaceAll('\u00a0', ' ').trimEnd())
      .join('\n')
      .trimEnd(),
  )
const wait = async () => {
  await p.waitForTimeout(150)
  for (let i = 0; i < 400; i++) {
    if (/(^|\n)[$#] ?$/.test(await text())) break
    await p.waitForTimeout(25)
  }
}
await wait()
let n = 0
for (const arg of process.argv.slice(2)) {
  if (/^\d+$/.test(arg)) await p.waitForTimeout(Number(arg))
  else if (arg === 'shot') await p.screenshot({ path: `/tmp/shot${++n}.png` })
  else if (arg === 'text') console.log(await text())
  else if (arg === 'reload') {
    await p.reload()
    await p.waitForTimeout(1500)
  } else if (arg.startsWith('key:')) {
    await p.focus('.host:not([hidden]) .xterm-helper-textarea')
    await p.keyboard.press(arg.slice(4))
  } else if (arg.startsWith('click:')) await p.click(arg.slice(6))
  else if (arg.startsWith('type:')) {
    await p.focus('.host:not([hidden]) .xterm-helper-textarea')
    await p.keyboard.type(arg.slice(5))
    await p.keyboard.press('Enter')
    await p.waitForTimeout(300)
  } else {
    await p.focus('.host:not([hidden]) .xterm-helper-textarea')
    await p.keyboard.type(arg)
    await p.keyboard.press('Enter')
    await wait()
  }
}
for (const q of ctx.pages().slice(1)) {
  await q.waitForTimeout(500)
  await q.screenshot({ path: `/tmp/shot${++n}.png` })
  console.log(q.url(), (await q.textContent('body')).slice(0, 300))
}
await b.close()
close()
