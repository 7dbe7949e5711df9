import { expect, type Page, test } from '@playwright/test'
import { Playground } from './playground.ts'

const TODO = `
const mysql = require('mysql2/promise')
const { HOST, USER, PASSWORD, DB } = process.env
const connect = async () => {
  for (;;)
    try {
      return await mysql.createConnection({ host: HOST, user: USER, password: PASSWORD, database: DB })
    } catch {
      await new Promise((later) => setTimeout(later, 200))
    }
}
connect().then(async (db) => {
  await db.query('CREATE TABLE IF NOT EXISTS todo_items (id varchar(36), name varchar(255), completed boolean) DEFAULT CHARSET utf8mb4')
  require('http').createServer(async (request, response) => {
    if (request.method === 'POST') await db.execute('INSERT INTO todo_items (id, name, completed) VALUES (UUID(), ?, ?)', ['learn docker', 0])
    const [rows] = await db.query('SELECT name, completed FROM todo_items')
    response.setHeader('Content-Type', 'text/html')
    response.end('<form method=post><button>Add</button></form><p id=items>' + JSON.stringify(rows))
  }).listen(3000)
})
`
const COUNTER = `
const app = require('express')()
const redis = new (require('ioredis'))({ host: 'redis' })
app.get('/', async (request, response) => response.send('seen ' + (await redis.incr('hits')) + ' times'))
app.listen(5000)
`
const COMPOSE = `services:
  todo:
    image: node:alpine
    working_dir: /app
    command: sh -c "npm i mysql2 && node todo.js"
    volumes: [./todo.js:/app/todo.js]
    ports: ["3000:3000"]
    environment: { HOST: mysql, USER: root, PASSWORD: secret, DB: todos }
  mysql:
    image: mysql:8.0
    volumes: [todo-mysql-data:/var/lib/mysql]
    environment: { MYSQL_ROOT_PASSWORD: secret, MYSQL_DATABASE: todos }
  counter:
    image: node:alpine
    working_dir: /app
    command: sh -c "npm i express ioredis && node counter.js"
    volumes: [./counter.js:/app/counter.js]
    ports: ["5000:5000"]
  redis:
    image: redis:alpine
  site:
    image: nginx:alpine
    volumes: [./site:/usr/share/nginx/html]
    ports: ["8080:80"]
volumes:
  todo-mysql-data:
`

test('applications: a todo list with MySQL that outlives its containers, hits counted in redis, an edit in a bind mount', {
  tag: '@long',
}, async ({ page, context }) => {
  const playground = await Playground.open(page)
  for (const [path, content] of [
    ['todo.js', TODO],
    ['counter.js', COUNTER],
    ['compose.yaml', COMPOSE],
    ['site/index.html', 'first\n'],
  ] as const)
    await playground.write(`shop/${path}`, content)
  const open = async (port: number): Promise<Page> => {
    const opened = context.waitForEvent('page')
    await playground.port(port).click()
    return opened
  }
  await playground.run('cd shop; docker compose up -d --quiet-pull', { timeout: 60_000 })

  const site = await open(8080)
  await expect(site.locator('body')).toHaveText('first')
  await playground.run('echo second > site/index.html')
  await site.reload()
  await expect(site.locator('body')).toHaveText('second')
  await site.close()

  const counter = await open(5000)
  await expect(counter.locator('body')).toHaveText(/^seen 1 times/, { timeout: 30_000 })
  await counter.reload()
  await expect(counter.locator('body')).toHaveText('seen 2 times')
  await counter.close()

  const todo = await open(3000)
  await expect(todo.locator('#items')).toHaveText('[]', { timeout: 60_000 })
  await todo.getByRole('button').click()
  const item = '[{"name":"learn docker","completed":0}]'
  await expect(todo.locator('#items')).toHaveText(item)
  await playground.run('docker compose down -t 1', { timeout: 30_000 })
  await playground.run('docker compose up -d --quiet-pull', { timeout: 60_000 })
  await expect(todo.locator('#items')).toHaveText(item, { timeout: 60_000 })
  await todo.goto(todo.url())
  await expect(todo.locator('#items')).toHaveText(item, { timeout: 60_000 })
})
