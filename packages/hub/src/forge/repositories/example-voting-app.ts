import type { RepositorySource } from '../objects.ts'

const VOTE = `from flask import Flask, render_template, request, make_response, g
from redis import Redis
import os
import socket
import random
import json

option_a = os.getenv('OPTION_A', "Cats")
option_b = os.getenv('OPTION_B', "Dogs")
hostname = socket.gethostname()

app = Flask(__name__)

def get_redis():
    if not hasattr(g, 'redis'):
        g.redis = Redis(host="redis", db=0, socket_timeout=5)
    return g.redis

@app.route("/", methods=['POST', 'GET'])
def hello():
    voter_id = request.cookies.get('voter_id') or hex(random.getrandbits(64))[2:-1]
    vote = None
    if request.method == 'POST':
        vote = request.form['vote']
        get_redis().rpush('votes', json.dumps({'voter_id': voter_id, 'vote': vote}))
    page = render_template('index.html', option_a=option_a, option_b=option_b, hostname=hostname, vote=vote)
    resp = make_response(page)
    resp.set_cookie('voter_id', voter_id)
    return resp

if __name__ == "__main__":
    app.run(host='0.0.0.0', port=80, debug=True, threaded=True)
`

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
    entrypoint: nodemon --inspect=0.0.0.0 server.js
    depends_on:
      db:
        condition: service_healthy
    volumes:
      - ./result:/usr/local/app
    ports:
      - "8081:80"
      - "127.0.0.1:9229:9229"
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
          '# Example Voting App\n\nFive services: a page to vote on in Python, redis, a worker in .NET, Postgres, and a page of results in Node.\n\n`docker compose up`, then ports 8080 and 8081.\n',
        'vote/app.py': VOTE,
        'vote/requirements.txt': 'Flask\nRedis\ngunicorn\n',
        'vote/Dockerfile':
          'FROM python:3.11-slim AS base\nRUN apt-get update && \\\n    apt-get install -y --no-install-recommends curl && \\\n    rm -rf /var/lib/apt/lists/*\nWORKDIR /usr/local/app\nCOPY requirements.txt ./requirements.txt\nRUN pip install --no-cache-dir -r requirements.txt\n\nFROM base AS dev\nRUN pip install watchdog\nENV FLASK_ENV=development\nCMD ["python", "app.py"]\n\nFROM base AS final\nCOPY . .\nEXPOSE 80\nCMD ["gunicorn", "app:app", "-b", "0.0.0.0:80"]\n',
        'vote/templates/index.html':
          '<!DOCTYPE html>\n<html>\n  <head><title>{{option_a}} vs {{option_b}}!</title></head>\n  <body>\n    <h3>{{option_a}} vs {{option_b}}!</h3>\n    <form method="POST">\n      <button name="vote" value="a">{{option_a}}</button>\n      <button name="vote" value="b">{{option_b}}</button>\n    </form>\n    <p>Processed by container ID {{hostname}}</p>\n  </body>\n</html>\n',
      },
    },
    {
      message: 'Add the page of results and the worker',
      time: 1_680_086_400,
      files: {
        'result/package.json': `${JSON.stringify({ name: 'result', version: '1.0.0', scripts: { start: 'node server.js' }, dependencies: {} }, null, 2)}\n`,
        'result/server.js':
          "const http = require('http')\nhttp.createServer((request, response) => response.end('no votes yet\\n')).listen(80, () => console.log('App running on port 80'))\n",
        'result/Dockerfile':
          'FROM node:18-slim\nWORKDIR /usr/local/app\nCOPY package*.json ./\nRUN npm install\nCOPY . .\nENV PORT=80\nEXPOSE 80\nCMD ["node", "server.js"]\n',
        'worker/Program.cs': '// Takes votes from redis and counts them in Postgres.\n',
        'worker/Dockerfile':
          'FROM mcr.microsoft.com/dotnet/sdk:7.0 AS build\nWORKDIR /source\nCOPY . .\nRUN dotnet publish -c release -o /app\n\nFROM mcr.microsoft.com/dotnet/runtime:7.0\nWORKDIR /app\nCOPY --from=build /app .\nENTRYPOINT ["dotnet", "Worker.dll"]\n',
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
