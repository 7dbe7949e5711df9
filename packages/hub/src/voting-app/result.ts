/** The page of results: Express, which looks into the database once a second and tells every page by socket.io. */
export const RESULT_SERVER = `const express = require('express')
const { createServer } = require('http')
const { join } = require('path')
const { Pool } = require('pg')
const { Server } = require('socket.io')

const port = process.env.PORT || 4000
const app = express()
const server = createServer(app)
const io = new Server(server)
const pool = new Pool({ connectionString: 'postgres://postgres:postgres@db/postgres' })
const later = (ms) => new Promise((done) => setTimeout(done, ms))
let scores = { a: 0, b: 0 }

io.on('connection', (socket) => socket.emit('scores', scores))

async function connect() {
  for (;;) {
    try {
      const client = await pool.connect()
      console.log('Connected to db')
      return client
    } catch {
      console.error('Waiting for db')
      await later(1000)
    }
  }
}

async function watch() {
  const client = await connect()
  for (;;) {
    try {
      const { rows } = await client.query('SELECT vote, COUNT(id) AS count FROM votes GROUP BY vote')
      scores = { a: 0, b: 0, ...Object.fromEntries(rows.map(({ vote, count }) => [vote, Number(count)])) }
      io.sockets.emit('scores', scores)
    } catch (error) {
      console.error('Error performing query: ' + error.message)
    }
    await later(1000)
  }
}

app.use(express.static(join(__dirname, 'views')))
server.listen(port, () => console.log('App running on port ' + port))
watch()
`

export const RESULT_PAGE = `<!DOCTYPE html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Cats vs Dogs -- Result</title>
    <style>
      body { margin: 0; min-height: 100vh; display: flex; font: 22px system-ui; color: #fff; text-align: center }
      .side { flex: 1 1 50%; display: grid; place-content: center; transition: flex-basis .5s; overflow: hidden }
      #a { background: #1aaaf8 } #b { background: #00cbca }
      strong { font-size: 3rem }
      footer { position: fixed; inset: auto 0 1rem; color: #17223b }
    </style>
  </head>
  <body>
    <div class="side" id="a"><span>Cats</span><strong>50.0%</strong></div>
    <div class="side" id="b"><span>Dogs</span><strong>50.0%</strong></div>
    <footer id="result">No votes yet</footer>
    <script src="/socket.io/socket.io.js"></script>
    <script>
      io().on('scores', ({ a, b }) => {
        const total = a + b
        for (const [id, votes] of [['a', a], ['b', b]]) {
          const share = total === 0 ? 50 : (100 * votes) / total
          const side = document.getElementById(id)
          side.style.flexBasis = share + '%'
          side.querySelector('strong').textContent = share.toFixed(1) + '%'
        }
        document.getElementById('result').textContent =
          total === 0 ? 'No votes yet' : total === 1 ? '1 vote' : total + ' votes'
      })
    </script>
  </body>
</html>
`

export const RESULT_MANIFEST = `${JSON.stringify(
  {
    name: 'result',
    version: '1.0.0',
    private: true,
    scripts: { start: 'node server.js' },
    dependencies: { express: '^4.18.2', pg: '^8.8.0', 'socket.io': '^4.7.2' },
  },
  null,
  2,
)}\n`
