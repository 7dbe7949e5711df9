import { NODE_DOCKERFILE, NODE_SERVER, type Sample } from './sample.ts'

/** After docker's guides and courses. */
export const GUIDES: readonly Sample[] = [
  {
    name: 'stackdemo',
    files: {
      'docker-compose.yml': `services:
  web:
    image: 127.0.0.1:5000/stackdemo
    build: .
    ports:
      - "8000:8000"
  redis:
    image: redis:alpine
`,
      Dockerfile: NODE_DOCKERFILE,
      'server.js': NODE_SERVER(8000, 'stack'),
    },
    running: ['web'],
    check: 'curl -sf localhost:8000 | grep stack && docker image inspect 127.0.0.1:5000/stackdemo >/dev/null',
  },
  {
    name: 'nginx-config',
    files: {
      'compose.yaml': `services:
  web:
    image: nginx:alpine
    ports: ["8080:80"]
    configs:
      - source: site
        target: /etc/nginx/conf.d/default.conf
    secrets: [token, from_env]
configs:
  site:
    content: |
      server {
        listen 80;
        location / { return 200 "$\${host} \${NAME}\\n"; }
      }
secrets:
  token: { file: ./token.txt }
  from_env: { environment: TOKEN }
`,
      'token.txt': 'file secret\n',
      '.env': 'NAME=configured\nTOKEN=env secret\n',
    },
    running: ['web'],
    check:
      'docker compose exec -T web cat /run/secrets/token | grep "file secret" && docker compose exec -T web cat /run/secrets/from_env | grep "env secret" && docker compose exec -T web cat /etc/nginx/conf.d/default.conf | grep "{host} configured" && curl -sf localhost:8080 | grep "localhost configured"',
  },
  {
    name: 'networks',
    files: {
      'compose.yaml': `x-alpine: &alpine
  image: alpine
  command: sleep 600
services:
  alpine1: { <<: *alpine, networks: [alpine-net] }
  alpine2: { <<: *alpine, networks: { alpine-net: { aliases: [second] } } }
  alpine3: { <<: *alpine, networks: [default] }
  alpine4: { <<: *alpine, networks: { alpine-net: { ipv4_address: 172.28.5.4 }, default: } }
networks:
  alpine-net:
    driver: bridge
    ipam: { config: [{ subnet: 172.28.5.0/24 }] }
`,
    },
    running: ['alpine1', 'alpine2', 'alpine3', 'alpine4'],
    check:
      'docker compose exec -T alpine1 ping -c 1 second && docker compose exec -T alpine1 ping -c 1 172.28.5.4 && ! docker compose exec -T alpine1 ping -c 1 -W 1 alpine3',
  },
  {
    name: 'voting-app',
    files: {
      'docker-compose.yml': `services:
  vote:
    build:
      context: ./vote
      target: dev
    depends_on:
      redis:
        condition: service_healthy
    healthcheck:
      test: ["CMD", "wget", "-q", "-O", "/dev/null", "http://localhost"]
      interval: 1s
      timeout: 5s
      retries: 60
      start_period: 1s
    ports: ["8080:80"]
    networks: [front-tier, back-tier]
  result:
    build: ./vote
    entrypoint: node server.js
    depends_on:
      db:
        condition: service_healthy
    ports: ["8081:80"]
    networks: [front-tier, back-tier]
  worker:
    image: alpine
    command: sleep 600
    depends_on:
      redis: { condition: service_healthy }
      db: { condition: service_healthy }
    networks: [back-tier]
  redis:
    build: ./vote
    healthcheck: { test: /healthchecks/store.sh, interval: 1s, retries: 60 }
    volumes: ["./healthchecks:/healthchecks"]
    networks: [back-tier]
  db:
    build: ./vote
    environment: { POSTGRES_USER: postgres, POSTGRES_PASSWORD: postgres }
    volumes: ["db-data:/var/lib/postgresql/data", "./healthchecks:/healthchecks"]
    healthcheck: { test: /healthchecks/store.sh, interval: 1s, retries: 60 }
    networks: [back-tier]
  seed:
    build: ./vote
    profiles: ["seed"]
    depends_on: { vote: { condition: service_healthy } }
    restart: "no"
volumes:
  db-data:
networks:
  front-tier:
  back-tier:
`,
      'vote/Dockerfile':
        'FROM node:18-alpine AS base\nWORKDIR /app\nCOPY . .\nCMD ["node", "server.js"]\n\nFROM base AS dev\nENV STAGE=dev\n\nFROM base AS final\n',
      'vote/server.js': NODE_SERVER(80, 'cats or dogs'),
      'healthchecks/store.sh': '#!/bin/sh\nwget -q -O /dev/null http://localhost\n',
    },
    running: ['vote', 'result', 'worker', 'redis', 'db'],
    check:
      'curl -sf localhost:8080 | grep cats && docker compose exec -T vote env | grep STAGE=dev && docker compose ps | grep -c healthy | grep 3',
  },
  {
    name: 'static-site',
    files: { 'compose.yaml': 'services:\n  site:\n    image: prakhar1989/static-site\n    ports: ["8888:80"]\n' },
    running: ['site'],
    check: 'curl -sf localhost:8888',
  },
  {
    name: 'foodtrucks',
    files: {
      'docker-compose.yml': `version: "3"
services:
  es:
    image: busybox
    command: httpd -f -p 9200
    container_name: es
    environment: ["discovery.type=single-node"]
    ports: ["9200:9200"]
    volumes: ["esdata1:/usr/share/elasticsearch/data"]
  web:
    image: httpd:2.4
    depends_on: [es]
    ports: ["5000:80"]
    volumes: ["./flask-app:/usr/local/apache2/htdocs"]
volumes:
  esdata1:
    driver: local
`,
      'flask-app/index.html': 'trucks\n',
    },
    running: ['es', 'web'],
    check: 'curl -sf localhost:5000 | grep trucks && docker inspect es >/dev/null',
  },
]
