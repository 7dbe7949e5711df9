export const COMPOSE = `# Two web applications that meet in a Redis.
services:
  vote:
    image: node:20-alpine
    command: ["node", "/app/vote.js"]
    volumes:
      - ./vote.js:/app/vote.js:ro
    ports:
      - "5000:80"
    depends_on:
      - redis
  result:
    image: node:20-alpine
    command: ["node", "/app/result.js"]
    volumes:
      - ./result.js:/app/result.js:ro
    ports:
      - "5001:80"
    depends_on:
      - redis
  redis:
    image: redis:alpine
`

/** One question to Redis in its own protocol: an array of bulk strings. redis.io/docs/latest/develop/reference/protocol-spec */
const ASK = `const http = require('http')
const net = require('net')

const ask = (...words) =>
  new Promise((resolve, reject) => {
    const socket = net.connect(6379, 'redis', () => {
      socket.write('*' + words.length + '\\r\\n' + words.map((word) => '$' + word.length + '\\r\\n' + word + '\\r\\n').join(''))
    })
    socket.once('data', (answer) => {
      socket.end()
      resolve(answer.toString().split('\\r\\n'))
    })
    socket.once('error', reject)
  })

const page = (title, body) =>
  '<!doctype html><meta charset="utf-8"><title>' + title + '</title>' +
  '<style>body { font: 1.2rem/1.6 system-ui; text-align: center; margin-top: 4rem } a { font-size: 2rem; margin: 1rem }</style>' +
  '<h1>' + title + '</h1>' + body
`

export const VOTE = `${ASK}
const OPTIONS = ['cats', 'dogs']

http
  .createServer(async (request, response) => {
    const choice = OPTIONS.find((option) => request.url === '/' + option)
    if (choice) await ask('INCR', choice)
    const links = OPTIONS.map((option) => '<a href="/' + option + '">' + option + '</a>').join(' ')
    response.setHeader('content-type', 'text/html')
    response.end(page('Cats or dogs?', links + (choice ? '<p>Thank you for your vote for ' + choice + '.</p>' : '')))
  })
  .listen(80, () => console.log('vote listens'))
`

export const RESULT = `${ASK}
const votes = async (option) => {
  const [head, body] = await ask('GET', option)
  return head === '$-1' ? 0 : Number(body)
}

http
  .createServer(async (request, response) => {
    const [cats, dogs] = await Promise.all([votes('cats'), votes('dogs')])
    response.setHeader('content-type', 'text/html')
    response.end(page('Cats ' + cats + ', dogs ' + dogs, '<p>Reload after the next vote.</p>'))
  })
  .listen(80, () => console.log('result listens'))
`
