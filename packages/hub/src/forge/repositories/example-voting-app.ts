import { RESULT_MANIFEST, RESULT_PAGE, RESULT_SERVER } from '../../voting-app/result.ts'
import { VOTE_APP, VOTE_PAGE, VOTE_REQUIREMENTS } from '../../voting-app/vote.ts'
import { WORKER_MANIFEST, WORKER_PROGRAM } from '../../voting-app/worker.ts'
import type { RepositorySource } from '../objects.ts'

const COMPOSE = `# A voting application in five services and two networks
services:
  vote:
    image: examplevotingapp_vote
    build:
      context: ./vote
      target: dev
    depends_on:
      redis:
        condition: service_healthy
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost"]
      interval: 15s
      timeout: 5s
      retries: 3
      start_period: 10s
    volumes:
     - ./vote:/usr/local/app
    ports:
      - "8080:80"
    networks:
      - front-tier
      - back-tier

  result:
    image: examplevotingapp_result
    build: ./result
    depends_on:
      db:
        condition: service_healthy
    volumes:
      - ./result/views:/usr/local/app/views
    ports:
      - "8081:80"
    networks:
      - front-tier
      - back-tier

  worker:
    image: examplevotingapp_worker
    build:
      context: ./worker
    depends_on:
      redis:
        condition: service_healthy
      db:
        condition: service_healthy
    networks:
      - back-tier

  redis:
    image: redis:alpine
    volumes:
      - "./healthchecks:/healthchecks"
    healthcheck:
      test: /healthchecks/redis.sh
      interval: "5s"
    networks:
      - back-tier

  db:
    image: postgres:15-alpine
    environment:
      POSTGRES_USER: "postgres"
      POSTGRES_PASSWORD: "postgres"
    volumes:
      - "db-data:/var/lib/postgresql/data"
      - "./healthchecks:/healthchecks"
    healthcheck:
      test: /healthchecks/postgres.sh
      interval: "5s"
    networks:
      - back-tier

volumes:
  db-data:

networks:
  front-tier:
  back-tier:
`

const STACK = `services:
  redis:
    image: redis:alpine
    networks:
      - frontend
  db:
    image: postgres:15-alpine
    environment:
      POSTGRES_USER: "postgres"
      POSTGRES_PASSWORD: "postgres"
    volumes:
      - db-data:/var/lib/postgresql/data
    networks:
      - backend
  vote:
    image: dockersamples/examplevotingapp_vote
    ports:
      - 5000:80
    networks:
      - frontend
    deploy:
      replicas: 2
  result:
    image: dockersamples/examplevotingapp_result
    ports:
      - 5001:80
    networks:
      - backend
  worker:
    image: dockersamples/examplevotingapp_worker
    networks:
      - frontend
      - backend
    deploy:
      replicas: 2

networks:
  frontend:
  backend:

volumes:
  db-data:
`

export const exampleVotingApp: RepositorySource = {
  name: 'dockersamples/example-voting-app',
  commits: [
    {
      message: 'Add the page to vote on',
      time: 1_680_000_000,
      files: {
        'README.md':
          '# Example Voting App\n\nFive services: a page to vote on in Python, redis, a worker (in life in .NET, here in Node), Postgres, and a page of results in Node.\n\n`docker compose up`, then ports 8080 and 8081.\n',
        'vote/app.py': VOTE_APP,
        'vote/requirements.txt': VOTE_REQUIREMENTS,
        'vote/Dockerfile':
          'FROM python:3.11-slim AS base\nRUN apt-get update && \\\n    apt-get install -y --no-install-recommends curl && \\\n    rm -rf /var/lib/apt/lists/*\nWORKDIR /usr/local/app\nCOPY requirements.txt ./requirements.txt\nRUN pip install --no-cache-dir -r requirements.txt\n\nFROM base AS dev\nENV FLASK_ENV=development\nCMD ["python", "app.py"]\n\nFROM base AS final\nCOPY . .\nEXPOSE 80\nCMD ["python", "app.py"]\n',
        'vote/templates/index.html': VOTE_PAGE,
      },
    },
    {
      message: 'Add the page of results and the worker',
      time: 1_680_086_400,
      files: {
        'result/package.json': RESULT_MANIFEST,
        'result/server.js': RESULT_SERVER,
        'result/views/index.html': RESULT_PAGE,
        'result/Dockerfile':
          'FROM node:18-slim\nWORKDIR /usr/local/app\nCOPY package*.json ./\nRUN npm install\nCOPY . .\nENV PORT=80\nEXPOSE 80\nCMD ["node", "server.js"]\n',
        'worker/package.json': WORKER_MANIFEST,
        'worker/worker.js': WORKER_PROGRAM,
        'worker/Dockerfile':
          'FROM node:18-slim\nWORKDIR /app\nCOPY package.json ./\nRUN npm install\nCOPY . .\nENTRYPOINT ["node", "worker.js"]\n',
      },
    },
    {
      message: 'Add compose and stack files',
      time: 1_680_172_800,
      files: {
        'docker-compose.yml': COMPOSE,
        'docker-stack.yml': STACK,
        'healthchecks/redis.sh':
          '#!/bin/sh\nset -eo pipefail\n\nhost="$(hostname -i || echo \'127.0.0.1\')"\n\nif ping="$(redis-cli -h "$host" ping)" && [ "$ping" = \'PONG\' ]; then\n\texit 0\nfi\n\nexit 1\n',
        'healthchecks/postgres.sh':
          '#!/bin/bash\nset -eo pipefail\n\nhost="$(hostname -i || echo \'127.0.0.1\')"\nuser="${POSTGRES_USER:-postgres}"\nexport PGPASSWORD="${POSTGRES_PASSWORD:-}"\n\nif select="$(echo \'SELECT 1\' | psql --host "$host" --username "$user" --dbname "${POSTGRES_DB:-postgres}" --quiet --no-align --tuples-only)" && [ "$select" = \'1\' ]; then\n\texit 0\nfi\n\nexit 1\n',
      },
      executable: ['healthchecks/redis.sh', 'healthchecks/postgres.sh'],
    },
  ],
}
