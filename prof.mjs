import { chromium } from '@playwright/test'
import { serve } from './tools/serve.mjs'
const { port, close } = await serve({ port: 0 })
for (let i = 0; i < 6; i++) {
const b = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-quic', '--disable-component-update', '--disable-sync', '--no-first-run'] })
const p = await b.newPage()
const lines = []
p.on('console', (m) => lines.push(m.text())); p.on('pageerror', (m) => lines.push(m.message))
await p.goto(`http://drydock.localhost:${port}/`)
const at = await p.waitForFunction(() => { const t = document.querySelector('.xterm-rows')?.textContent ?? ''; return /\$ *$/.test(t.trimEnd() + ' ') ? performance.now() : undefined }, undefined, { polling: 'raf', timeout: 4000 }).then((h) => h.jsonValue()).catch(() => -1)
if (at < 0) console.log(await p.evaluate(() => document.body.innerText + '\n---\n' + document.querySelector('.xterm-rows')?.textContent), lines)
else console.log(at.toFixed(0), lines.join('|'))
await b.close() }
close()
