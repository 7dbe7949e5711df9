import { PROXY, type Sample } from './sample.ts'

const FLASK = `FROM python:3.12-slim
WORKDIR /code
COPY requirements.txt .
RUN pip install -r requirements.txt
COPY . .
CMD ["flask", "run", "--host=0.0.0.0"]
`
const GO = `FROM golang:1.22-alpine AS builder
WORKDIR /code
COPY . .
RUN go build -o /bin/backend main.go
CMD ["/bin/backend"]

FROM scratch AS small
COPY --from=builder /bin/backend /backend
ENTRYPOINT ["/backend"]
`
const GO_PACKAGES = ['fmt', 'net/http'].map((name) => `\t"${name}"\n`).join('')
const GO_SERVER = (port: number, text: string): string => `package main

import (
${GO_PACKAGES})

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintln(w, "${text} from " + r.Host)
	})
	http.ListenAndServe(":${port}", nil)
}
`
const EXPRESS = (packages: string): string =>
  `FROM node:18-alpine\nWORKDIR /app\nRUN npm init -y && npm install ${packages}\nCOPY . .\nCMD ["node", "server.js"]\n`

/** Applications of several services, each answered by its image's own program. */
export const STACKS: readonly Sample[] = [
  {
    name: 'quickstart',
    files: {
      'compose.yaml': `include:
  - infra.yaml
services:
  web:
    build: .
    ports: ["8000:5000"]
    environment: { FLASK_DEBUG: "false" }
    develop:
      watch:
        - action: sync+restart
          path: .
          target: /code
        - action: rebuild
          path: requirements.txt
`,
      'infra.yaml': 'services:\n  redis:\n    image: "redis:alpine"\n',
      Dockerfile: FLASK,
      'requirements.txt': 'flask\nredis\n',
      'app.py': `import redis
from flask import Flask

app = Flask(__name__)
cache = redis.Redis(host='redis', port=6379)

@app.route('/')
def hello():
    return f"Hello! I have been seen {cache.incr('hits')} times.\\n"
`,
    },
    running: ['web', 'redis'],
    check: 'curl -sf localhost:8000 | grep Hello && curl -sf localhost:8000 | grep -E "seen ([2-9]|1[0-9]) times"',
  },
  {
    name: 'flask',
    files: {
      'compose.yaml':
        'services:\n  web:\n    build: { context: app }\n    stop_signal: SIGINT\n    ports: ["8000:5000"]\n',
      'app/Dockerfile': FLASK,
      'app/requirements.txt': 'flask\n',
      'app/app.py': `from flask import Flask
app = Flask(__name__)

@app.route('/')
def hello():
    return 'Hello World!'
`,
    },
    running: ['web'],
    check: 'curl -sf localhost:8000 | grep World',
  },
  {
    name: 'nginx-golang',
    files: {
      'compose.yaml': `services:
  proxy:
    image: nginx
    volumes:
      - type: bind
        source: ./proxy/nginx.conf
        target: /etc/nginx/conf.d/default.conf
        read_only: true
    ports: ["80:80"]
    depends_on: [backend]
  backend:
    build: { context: backend, target: builder }
`,
      'proxy/nginx.conf': PROXY('backend:8000'),
      'backend/Dockerfile': GO,
      'backend/main.go': GO_SERVER(8000, 'Hello'),
    },
    running: ['proxy', 'backend'],
    check: 'curl -sf localhost | grep "Hello from backend:8000"',
  },
  {
    name: 'traefik-golang',
    files: {
      'compose.yml': `services:
  frontend:
    image: traefik:2.6
    command: --providers.docker --entrypoints.web.address=:80 --providers.docker.exposedbydefault=false
    ports: ["80:80"]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock"]
    depends_on: [backend]
  backend:
    build: backend
    labels:
      - "traefik.enable=true"
      - "traefik.http.routers.go.rule=Path(\`/\`)"
      - "traefik.http.services.go.loadbalancer.server.port=80"
`,
      'backend/Dockerfile': GO,
      'backend/main.go': GO_SERVER(80, 'Behind traefik'),
    },
    running: ['frontend', 'backend'],
    check: 'curl -sf localhost | grep "Behind traefik from localhost"',
  },
  {
    name: 'nginx-nodejs-redis',
    files: {
      'compose.yml': `services:
  redis:
    image: 'redis:alpine'
    ports: ['6379:6379']
  web1:
    restart: on-failure
    build: ./web
    hostname: web1
    ports: ['81:5000']
  web2:
    restart: on-failure
    build: ./web
    hostname: web2
    ports: ['82:5000']
  nginx:
    build: ./nginx
    ports: ['80:80']
    depends_on: [web1, web2]
`,
      'web/Dockerfile': EXPRESS('express ioredis'),
      'web/server.js': `const app = require('express')()
const redis = new (require('ioredis'))({ host: 'redis' })
app.get('/', async (req, res) => res.send(require('os').hostname() + ': ' + (await redis.incr('visits')) + '\\n'))
app.listen(5000)
`,
      'nginx/Dockerfile': 'FROM nginx:alpine\nCOPY nginx.conf /etc/nginx/conf.d/default.conf\n',
      'nginx/nginx.conf': `upstream loadbalancer {\n  server web1:5000;\n  server web2:5000;\n}\n${PROXY('loadbalancer')}`,
    },
    running: ['redis', 'web1', 'web2', 'nginx'],
    check:
      'for i in 1 2 3 4 5 6 7 8; do curl -sf localhost; done > out; cut -d: -f1 out | sort -u | wc -l | grep 2 && cut -d: -f2 out | sort -u | wc -l | grep 8',
  },
  {
    name: 'react-express-mysql',
    files: {
      'compose.yaml': `services:
  backend:
    build: { args: [NODE_ENV=development], context: backend }
    environment: [DATABASE_DB=example, DATABASE_PASSWORD_FILE=/run/secrets/db-password, DATABASE_HOST=db]
    ports: ["80:80", "9229:9229"]
    secrets: [db-password]
    networks: [public, private]
    depends_on: [db]
  db:
    image: mariadb:10.6.4-focal
    command: '--default-authentication-plugin=mysql_native_password'
    restart: always
    secrets: [db-password]
    networks: [private]
    volumes: [db-data:/var/lib/mysql]
    environment: [MYSQL_DATABASE=example, MYSQL_ROOT_PASSWORD_FILE=/run/secrets/db-password]
  frontend:
    build: { context: frontend }
    ports: ["3000:80"]
    networks: [public]
    depends_on: [backend]
networks: { public: , private: }
volumes: { db-data: }
secrets: { db-password: { file: db/password.txt } }
`,
      'db/password.txt': 'db-btf5q\n',
      'backend/Dockerfile': EXPRESS('express mysql2'),
      'backend/server.js': `const { DATABASE_HOST: host, DATABASE_DB: database, DATABASE_PASSWORD_FILE: file } = process.env
const password = require('fs').readFileSync(file, 'utf8').trim()
const pool = require('mysql2/promise').createPool({ host, database, user: 'root', password })
const app = require('express')()
app.get('/', async (req, res, next) => {
  try {
    const [[row]] = await pool.query('select 40 + 2 as answer, version() as version')
    res.json(row)
  } catch (error) {
    next(error)
  }
})
app.listen(80)
`,
      'frontend/Dockerfile':
        'FROM node:18-alpine AS build\nWORKDIR /src\nCOPY index.html .\nRUN mkdir build && cp index.html build/\n\nFROM nginx:alpine\nCOPY --from=build /src/build /usr/share/nginx/html\n',
      'frontend/index.html': '<div id="root">frontend</div>\n',
    },
    running: ['backend', 'db', 'frontend'],
    check: 'curl -sf localhost:3000 | grep frontend && curl -sf localhost | grep \'"answer":42,"version":".*MariaDB\'',
  },
  {
    name: 'express-postgres',
    files: {
      'compose.yaml': `services:
  web:
    build: .
    restart: on-failure
    ports: ["3000:3000"]
    environment: { PGHOST: db, PGUSER: app, PGPASSWORD: secret, PGDATABASE: app }
    depends_on: { db: { condition: service_healthy } }
  db:
    image: postgres:15-alpine
    environment: { POSTGRES_USER: app, POSTGRES_PASSWORD: secret }
    volumes: ["data:/var/lib/postgresql/data", "./init:/docker-entrypoint-initdb.d:ro"]
    healthcheck: { test: [CMD-SHELL, "pg_isready -U app"], interval: 1s, retries: 60 }
volumes: { data: }
`,
      'init/first.sql':
        "create table notes (id serial primary key, text text); insert into notes (text) values ('hi');\n",
      Dockerfile: EXPRESS('express pg'),
      'server.js': `const pool = new (require('pg').Pool)()
const app = require('express')()
app.get('/', async (req, res) => res.json((await pool.query('select * from notes')).rows))
app.listen(3000)
`,
    },
    running: ['web', 'db'],
    check: `curl -sf localhost:3000 | grep '\\[{"id":1,"text":"hi"}\\]'`,
  },
  {
    name: 'postgresql-adminer',
    files: {
      'compose.yaml': `services:
  postgres:
    container_name: postgres
    image: postgres:15-alpine
    environment: ["POSTGRES_USER=\${POSTGRES_USER}", "POSTGRES_PASSWORD=\${POSTGRES_PW}", "POSTGRES_DB=\${POSTGRES_DB:-postgres}"]
    ports: ["5432:5432"]
    restart: always
  admin:
    image: adminer
    environment: ["ADMINER_DEFAULT_SERVER=\${SERVER:?a server is needed}"]
    ports: ["5050:8080"]
    restart: always
`,
      '.env': 'POSTGRES_USER=your_user\nPOSTGRES_PW=changeit\nSERVER=postgres\n',
    },
    running: ['postgres', 'admin'],
    check: `curl -sf localhost:5050 | grep Adminer && docker compose exec -T postgres psql -U your_user -d postgres -Atc 'select current_user' | grep your_user`,
  },
  {
    name: 'wordpress-mysql',
    files: {
      'compose.yaml': `services:
  db:
    image: mariadb:10-focal
    command: '--default-authentication-plugin=mysql_native_password'
    volumes: [db_data:/var/lib/mysql]
    restart: always
    environment:
      - MYSQL_ROOT_PASSWORD=somewordpress
      - MYSQL_DATABASE=wordpress
      - MYSQL_USER=wordpress
      - MYSQL_PASSWORD=wordpress
    expose: [3306, 33060]
  wordpress:
    image: wordpress:latest
    volumes: [wp_data:/var/www/html]
    ports: ["80:80"]
    restart: always
    environment:
      - WORDPRESS_DB_HOST=db
      - WORDPRESS_DB_USER=wordpress
      - WORDPRESS_DB_PASSWORD=wordpress
      - WORDPRESS_DB_NAME=wordpress
volumes: { db_data: , wp_data: }
`,
    },
    running: ['db', 'wordpress'],
    check: 'curl -s -o /dev/null -w "%{redirect_url}" localhost | grep wp-admin/install.php',
  },
  {
    name: 'wordpress-secrets',
    files: {
      'compose.yaml': `services:
  db:
    image: mysql:8.0
    volumes: [db_data:/var/lib/mysql]
    restart: always
    environment:
      MYSQL_ROOT_PASSWORD_FILE: /run/secrets/db_root_password
      MYSQL_DATABASE: wordpress
      MYSQL_USER: wordpress
      MYSQL_PASSWORD_FILE: /run/secrets/db_password
    secrets: [db_root_password, db_password]
  wordpress:
    depends_on: [db]
    image: wordpress:latest
    ports: ["8000:80"]
    restart: always
    environment:
      WORDPRESS_DB_HOST: db:3306
      WORDPRESS_DB_USER: wordpress
      WORDPRESS_DB_PASSWORD_FILE: /run/secrets/db_password
    secrets: [db_password]
secrets:
  db_password: { file: db_password.txt }
  db_root_password: { file: db_root_password.txt }
volumes:
  db_data:
`,
      'db_password.txt': 'a\n',
      'db_root_password.txt': 'b\n',
    },
    running: ['db', 'wordpress'],
    check: 'curl -s -o /dev/null -w "%{redirect_url}" localhost:8000 | grep wp-admin/install.php',
  },
  {
    name: 'prometheus-grafana',
    files: {
      'compose.yaml': `services:
  prometheus:
    image: prom/prometheus
    container_name: prometheus
    command: ['--config.file=/etc/prometheus/prometheus.yml']
    ports: ["9090:9090"]
    restart: unless-stopped
    volumes: ["./prometheus:/etc/prometheus", "prom_data:/prometheus"]
  grafana:
    image: grafana/grafana
    container_name: grafana
    ports: ["3000:3000"]
    restart: unless-stopped
    environment: { GF_SECURITY_ADMIN_USER: admin, GF_SECURITY_ADMIN_PASSWORD: grafana }
volumes: { prom_data: }
`,
      'prometheus/prometheus.yml':
        'global:\n  scrape_interval: 1s\nscrape_configs:\n- job_name: prometheus\n  static_configs:\n  - targets: [localhost:9090]\n',
    },
    running: ['prometheus', 'grafana'],
    check:
      'curl -sf "localhost:9090/api/v1/query?query=up" | grep \'"job":"prometheus"\' && curl -sf localhost:3000/api/health | grep ok',
  },
  {
    name: 'portainer',
    files: {
      'compose.yaml': `services:
  portainer:
    image: portainer/portainer-ce:alpine
    container_name: portainer
    command: -H unix:///var/run/docker.sock
    ports: ["9000:9000"]
    restart: unless-stopped
    security_opt: [no-new-privileges:true]
    volumes: ["/var/run/docker.sock:/var/run/docker.sock", "portainer_data:/data"]
volumes: { portainer_data: }
`,
    },
    running: ['portainer'],
    check: 'curl -sf localhost:9000 | grep -i portainer',
  },
  {
    name: 'example-voting-app',
    files: {
      'docker-compose.yml': `services:
  vote:
    image: dockersamples/examplevotingapp_vote
    depends_on: [redis]
    ports: ["8080:80"]
    networks: [front-tier, back-tier]
  result:
    image: dockersamples/examplevotingapp_result
    depends_on: { db: { condition: service_healthy } }
    ports: ["8081:80"]
    networks: [front-tier, back-tier]
  worker:
    image: dockersamples/examplevotingapp_worker
    depends_on: { redis: { condition: service_started }, db: { condition: service_healthy } }
    networks: [back-tier]
  redis:
    image: redis:alpine
    networks: [back-tier]
  db:
    image: postgres:15-alpine
    environment: { POSTGRES_USER: postgres, POSTGRES_PASSWORD: postgres }
    volumes: ["db-data:/var/lib/postgresql/data"]
    healthcheck: { test: [CMD-SHELL, "pg_isready -U postgres"], interval: 1s, retries: 60 }
    networks: [back-tier]
volumes: { db-data: }
networks: { front-tier: , back-tier: }
`,
    },
    running: ['vote', 'result', 'worker', 'redis', 'db'],
    check:
      'curl -sf localhost:8080 | grep Cats && curl -sf -d vote=a localhost:8080 > /dev/null && sleep 1 && curl -sf localhost:8081 > /dev/null && docker compose exec -T db psql -U postgres -Atc "select vote from votes" | grep a',
  },
]
