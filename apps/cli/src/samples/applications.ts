import { NODE_DOCKERFILE, NODE_SERVER, PROXY, type Sample } from './sample.ts'

/** After collections of applications. */
export const APPLICATIONS: readonly Sample[] = [
  {
    name: 'react-nginx',
    files: {
      'compose.yaml':
        'services:\n  frontend:\n    build:\n      context: .\n    container_name: frontend\n    ports:\n      - "80:80"\n',
      Dockerfile:
        'FROM node:18-alpine AS build\nWORKDIR /app\nCOPY src src\nRUN mkdir build && cp src/index.html build/\n\nFROM nginx:alpine\nCOPY --from=build /app/build /usr/share/nginx/html\n',
      'src/index.html': '<div id="root">react</div>\n',
    },
    running: ['frontend'],
    check: 'curl -sf localhost | grep react && docker ps --format "{{.Names}}" | grep -x frontend',
  },
  {
    name: 'apache-php',
    files: {
      'compose.yaml':
        'services:\n  web:\n    build: app\n    ports: ["80:80"]\n    volumes: ["./app:/usr/local/apache2/htdocs/"]\n',
      'app/Dockerfile': 'FROM httpd:2.4\nRUN echo built > /built\n',
      'app/index.html': 'apache\n',
    },
    running: ['web'],
    check: 'curl -sf localhost | grep apache && echo edited > app/index.html && curl -sf localhost | grep edited',
  },
  {
    name: 'nginx-flask-mongo',
    files: {
      'compose.yaml': `services:
  web:
    image: nginx
    volumes: ["./nginx/nginx.conf:/tmp/nginx.conf"]
    environment: [FLASK_SERVER_ADDR=backend:9091]
    command: /bin/bash -c "sed s/ADDRESS/$$FLASK_SERVER_ADDR/ /tmp/nginx.conf > /etc/nginx/conf.d/default.conf && nginx -g 'daemon off;'"
    ports: ["80:80"]
    depends_on: [backend]
  backend:
    build: { context: flask }
    environment: [FLASK_SERVER_PORT=9091]
    volumes: ["./flask:/src"]
    depends_on: [mongo]
  mongo:
    image: mongo
`,
      'nginx/nginx.conf': PROXY('ADDRESS'),
      'flask/Dockerfile': 'FROM node:18-alpine\nWORKDIR /src\nCOPY . .\nCMD ["node", "server.js"]\n',
      'flask/server.js': `require('http').createServer((q, s) => s.end('mongo app\\n')).listen(process.env.FLASK_SERVER_PORT)\n`,
    },
    running: ['web', 'backend'],
    check: 'curl -sf localhost | grep mongo',
  },
  {
    name: 'nginx-flask-mysql',
    files: {
      'compose.yaml': `services:
  db:
    image: mariadb:10-focal
    restart: always
    secrets: [db-password]
    volumes: [db-data:/var/lib/mysql]
    networks: [backnet]
    environment: [MYSQL_DATABASE=example, MYSQL_ROOT_PASSWORD_FILE=/run/secrets/db-password]
    expose: [3306, 33060]
  backend:
    build: { context: backend, target: builder }
    restart: always
    secrets: [db-password]
    ports: ["8000:8000"]
    networks: [backnet, frontnet]
    depends_on: [db]
  proxy:
    build: proxy
    restart: always
    ports: ["80:80"]
    depends_on: [backend]
    networks: [frontnet]
volumes: { db-data: }
secrets: { db-password: { file: db/password.txt } }
networks: { backnet: , frontnet: }
`,
      'db/password.txt': 'db-57xsl\n',
      'backend/Dockerfile': NODE_DOCKERFILE.replace('alpine', 'alpine AS builder'),
      'backend/server.js':
        "require('http').createServer((q, s) => s.end(require('fs').readFileSync('/run/secrets/db-password'))).listen(8000)\n",
      'proxy/Dockerfile': 'FROM nginx:alpine\nCOPY conf /etc/nginx/conf.d/default.conf\n',
      'proxy/conf': PROXY('backend:8000'),
    },
    running: ['backend', 'proxy'],
    check: 'curl -sf localhost | grep db-57xsl',
  },
  {
    name: 'django',
    files: {
      'compose.yaml': `services:
  web:
    build: { context: app, target: dev-envs }
    ports: ['8000:8000']
    volumes: ["/var/run/docker.sock:/var/run/docker.sock"]
`,
      'app/Dockerfile':
        'FROM node:18-alpine AS builder\nWORKDIR /app\nCOPY . .\nCMD ["node", "server.js"]\n\nFROM builder AS dev-envs\nRUN echo dev > /dev-env\n',
      'app/server.js': NODE_SERVER(8000, 'The install worked successfully!'),
    },
    running: ['web'],
    check: 'curl -sf localhost:8000 | grep successfully && docker compose exec -T web cat /dev-env',
  },
  {
    name: 'react-express-mongodb',
    files: {
      'compose.yaml': `services:
  frontend:
    build: { context: ./frontend }
    ports: ["3000:3000"]
    stdin_open: true
    networks: [react-express]
    depends_on: [backend]
  backend:
    container_name: backend
    restart: always
    build: { context: backend }
    networks: [express-mongo, react-express]
    expose: ["3000"]
    depends_on: [mongo]
  mongo:
    container_name: mongo
    restart: always
    image: mongo:4.2.0
    volumes: ["mongo_data:/data/db"]
    networks: [express-mongo]
    expose: ["27017"]
networks: { react-express: , express-mongo: }
volumes: { mongo_data: }
`,
      'frontend/Dockerfile': 'FROM node:18-alpine\nCOPY server.js .\nCMD ["node", "server.js"]\n',
      'frontend/server.js': NODE_SERVER(3000, 'todo'),
      'backend/Dockerfile':
        'FROM node:20-alpine\nWORKDIR /usr/src/app\nCOPY package.json .\nRUN npm install\nCOPY . .\nCMD ["npm", "start"]\n',
      'backend/package.json': JSON.stringify({
        name: 'backend',
        version: '1.0.0',
        scripts: { start: 'node server.js' },
        dependencies: { express: '^4.17.1', mongoose: '^8.0.0' },
      }),
      'backend/server.js': `const express = require('express')
const mongoose = require('mongoose')
const Todo = mongoose.model('Todo', new mongoose.Schema({ text: { type: String, required: true } }))
const app = express()
app.use(express.json())
app.get('/api', async (_, answer) => answer.json((await Todo.find()).map(({ text }) => text)))
app.post('/api/todos', (asked, answer) =>
  Todo.create(asked.body).then(
    ({ text }) => answer.status(201).json({ text }),
    (error) => answer.status(400).json({ message: error.message }),
  ),
)
mongoose.connect('mongodb://mongo:27017/todos').then(() => app.listen(3000))
`,
    },
    running: ['frontend', 'backend', 'mongo'],
    check: [
      'post() { docker compose exec -T backend wget -q -O - --header "Content-Type: application/json" --post-data "$1" http://localhost:3000/api/todos; }',
      'docker compose exec -T mongo mongo --quiet --eval "db.version()" | grep 4.2.0',
      `post '{"text":"milk"}' | grep milk`,
      '! post "{}"',
      'docker compose exec -T frontend wget -q -O - http://backend:3000/api | grep milk',
    ].join(' && '),
  },
  {
    name: 'sparkjava',
    files: {
      'compose.yaml': 'services:\n  sparkjava:\n    build: sparkjava\n    ports:\n      - "80:8080"\n',
      'sparkjava/Dockerfile':
        'FROM busybox\nCOPY index.html /www/index.html\nEXPOSE 8080\nCMD ["httpd", "-f", "-p", "8080", "-h", "/www"]\n',
      'sparkjava/index.html': 'Hello from Docker!\n',
    },
    running: ['sparkjava'],
    check: 'curl -sf localhost | grep Docker',
  },
  {
    name: 'vuejs',
    files: {
      'compose.yaml':
        'services:\n  web:\n    build: { context: vuejs, target: development }\n    ports: ["80:80"]\n    volumes: ["./vuejs:/project", "/project/node_modules"]\n',
      'vuejs/Dockerfile': 'FROM node:18-alpine AS development\nWORKDIR /project\nCOPY . .\nCMD ["node", "server.js"]\n',
      'vuejs/server.js': NODE_SERVER(80, 'vue'),
    },
    running: ['web'],
    check:
      'curl -sf localhost | grep vue && before=$(docker volume ls -q) && docker compose up -d && test "$before" = "$(docker volume ls -q)"',
  },
  {
    name: 'pihole',
    files: {
      'compose.yaml': `services:
  dns:
    container_name: dns
    image: alpine
    command: sleep 600
    ports: ["5300:53/udp", "8082:80/tcp"]
    environment: { TZ: 'America/Chicago' }
    volumes: ['./etc-pihole:/etc/pihole']
    cap_add: [NET_ADMIN]
    dns: [127.0.0.1, 1.1.1.1]
    restart: unless-stopped
    ulimits: { nofile: { soft: 1024, hard: 2048 } }
    deploy: { resources: { limits: { memory: 64M, cpus: "0.5" } } }
`,
    },
    running: ['dns'],
    check:
      'docker inspect dns --format "{{.HostConfig.Memory}} {{.HostConfig.NanoCpus}} {{.HostConfig.CapAdd}}" | grep "67108864 500000000"',
  },
  {
    name: 'minecraft',
    files: {
      'compose.yaml':
        'services:\n  game:\n    image: busybox\n    command: cat\n    stdin_open: true\n    tty: true\n    environment: { EULA: "TRUE" }\n    deploy: { resources: { limits: { memory: 1.5G } } }\n    volumes: ["~/minecraft_data:/data"]\n',
    },
    running: ['game'],
    check:
      'docker inspect $(docker compose ps -q) --format "{{.Config.Tty}} {{.Config.OpenStdin}}" | grep "true true" && test -d ~/minecraft_data',
  },
  {
    name: 'rails',
    files: {
      'base.yaml':
        'services:\n  app:\n    image: httpd:2.4\n    environment: { RAILS_ENV: production, LOG: info }\n    labels: { tier: base }\n',
      'compose.yaml':
        'services:\n  web:\n    extends: { file: base.yaml, service: app }\n    ports: ["3000:80"]\n    environment: { LOG: debug }\n  migrate:\n    extends: { file: base.yaml, service: app }\n    command: "true"\n  after:\n    image: alpine\n    command: sleep 600\n    depends_on: { migrate: { condition: service_completed_successfully } }\n',
      'compose.override.yaml': 'services:\n  web:\n    environment: { RAILS_ENV: development }\n',
    },
    running: ['web', 'after'],
    check: 'docker compose exec -T web env | sort | grep -c "LOG=debug\\|RAILS_ENV=development" | grep 2',
  },
]
