import type { RepositorySource } from '../objects.ts'

export const linuxTweetApp: RepositorySource = {
  name: 'dockersamples/linux_tweet_app',
  branch: 'master',
  commits: [
    {
      message: 'Add a web page in an nginx image',
      time: 1_497_000_000,
      files: {
        Dockerfile:
          'FROM nginx:latest\n\nCOPY index.html /usr/share/nginx/html\nCOPY linux.png /usr/share/nginx/html\n\nEXPOSE 80 443 \t\n\nCMD ["nginx", "-g", "daemon off;"]\n',
        'index.html':
          '<html>\n<head><title>Docker Linux Demo</title></head>\n<body style="background:#0b6bcb;color:white;font-family:sans-serif;text-align:center">\n<h1>Hello from a container!</h1>\n<p>This page is served by nginx.</p>\n<img src="linux.png" alt="">\n</body>\n</html>\n',
        'linux.png': '',
      },
    },
    {
      message: 'Add a page in other colours, for the lesson on bind mounts',
      time: 1_497_086_400,
      files: {
        'index-new.html':
          '<html>\n<head><title>Docker Linux Demo, new</title></head>\n<body style="background:#f28c28;color:#222;font-family:sans-serif;text-align:center">\n<h1>The page has changed!</h1>\n<p>And nobody had to build the image again.</p>\n</body>\n</html>\n',
        'index-original.html':
          '<html>\n<head><title>Docker Linux Demo</title></head>\n<body style="background:#0b6bcb;color:white;font-family:sans-serif;text-align:center">\n<h1>Hello from a container!</h1>\n<p>This page is served by nginx.</p>\n</body>\n</html>\n',
        'README.md':
          '# Linux tweet app\n\nA small website in a Docker image: `docker image build --tag me/linux_tweet_app:1.0 .`\n',
      },
    },
  ],
}

export const nginxNodeRedis: RepositorySource = {
  name: 'dockersamples/nginx-node-redis',
  commits: [
    {
      message: 'Add two web servers behind nginx, and redis',
      time: 1_700_000_000,
      files: {
        'README.md':
          '# nginx, node and redis\n\n`docker compose up -d --build`, then open port 80: the count grows, and two servers take turns.\n',
        'compose.yml':
          "services:\n  redis:\n    image: 'redis:latest'\n    ports:\n      - '6379:6379'\n  web1:\n    restart: on-failure\n    build: ./web\n    hostname: web1\n    ports:\n      - '81:5000'\n  web2:\n    restart: on-failure\n    build: ./web\n    hostname: web2\n    ports:\n      - '82:5000'\n  nginx:\n    build: ./nginx\n    ports:\n    - '80:80'\n    depends_on:\n    - web1\n    - web2\n",
        'nginx/Dockerfile':
          'FROM nginx\nRUN rm /etc/nginx/conf.d/default.conf\nCOPY nginx.conf /etc/nginx/conf.d/default.conf\n',
        'nginx/nginx.conf':
          'upstream loadbalancer {\n  server web1:5000;\n  server web2:5000;\n}\nserver {\n  listen 80;\n  server_name localhost;\n  location / {\n    proxy_pass http://loadbalancer;\n  }\n}\n',
        'web/Dockerfile':
          'FROM node:20-alpine\nWORKDIR /usr/src/app\nCOPY package.json .\nRUN npm install\nCOPY . .\nCMD ["npm","start"]\n',
        'web/package.json': `${JSON.stringify({ name: 'web', version: '1.0.0', scripts: { start: 'node server.js' }, dependencies: {} }, null, 2)}\n`,
        'web/server.js': `const http = require('http')
const net = require('net')
const os = require('os')

/** One command of redis, in its own protocol. */
function redis(...words) {
  return new Promise((done, fail) => {
    const socket = net.connect(6379, 'redis', () =>
      socket.write(\`*\${words.length}\\r\\n\` + words.map((word) => \`$\${word.length}\\r\\n\${word}\\r\\n\`).join('')),
    )
    socket.on('data', (data) => {
      socket.end()
      done(data.toString().slice(1).trim())
    })
    socket.on('error', fail)
  })
}

http
  .createServer(async (request, response) => {
    if (request.url !== '/') return response.writeHead(404).end()
    try {
      response.end(\`\${os.hostname()}: Total number of visits is: \${await redis('INCR', 'numVisits')}\\n\`)
    } catch (error) {
      response.writeHead(500).end(\`\${error.message}\\n\`)
    }
  })
  .listen(5000, () => console.log('Web application is listening on port 5000'))
`,
      },
    },
  ],
}

const EXTRACT_LINKS =
  '#!/usr/bin/env python\n\nimport sys\nimport requests\nfrom bs4 import BeautifulSoup\nfrom urllib.parse import urljoin\n\ndef extract_links(url):\n    res = requests.get(url)\n    soup = BeautifulSoup(res.text, "html.parser")\n    for link in soup.find_all("a"):\n        yield {"text": " ".join(link.text.split()) or "[IMG]", "href": urljoin(url, link.get("href"))}\n\nif __name__ == "__main__":\n    for link in extract_links(sys.argv[-1]):\n        print("[{text}]({href})".format(**link))\n'
const ANSWER_LINKS =
  '#!/usr/bin/env python\n\nfrom flask import Flask, request, jsonify\nfrom linkextractor import extract_links\n\napp = Flask(__name__)\n\n@app.route("/")\ndef index():\n    return "Usage: http://<hostname>[:<prt>]/api/<url>"\n\n@app.route("/api/<path:url>")\ndef api(url):\n    return jsonify(list(extract_links(url)))\n\napp.run(host="0.0.0.0")\n'
const REMEMBER_LINKS = ANSWER_LINKS.replace(
  'from linkextractor import extract_links\n',
  'from linkextractor import extract_links\nimport json\nimport os\nimport redis\n\nlinks = redis.from_url(os.getenv("REDIS_URL", "redis://localhost:6379"))\n',
).replace(
  '    return jsonify(list(extract_links(url)))\n',
  '    known = links.get(url)\n    if not known:\n        known = json.dumps(list(extract_links(url)))\n        links.set(url, known)\n    return jsonify(json.loads(known))\n',
)
const LINKS_NEED = 'beautifulsoup4\nflask\nrequests\n'
const LINKS_IMAGE =
  'FROM       python:3\nLABEL      maintainer="Drydock"\n\nWORKDIR    /app\nCOPY       requirements.txt /app/\nRUN        pip install -r requirements.txt\n\nCOPY       *.py /app/\nRUN        chmod a+x *.py\n\nCMD        ["./main.py"]\n'

export const linkExtractor: RepositorySource = {
  name: 'ibnesayeed/linkextractor',
  branch: 'master',
  commits: [
    {
      message: 'step0: a script',
      time: 1_530_000_000,
      files: {
        'README.md': '# Link extractor\n\nOne branch for each step: from a script to services that work together.\n',
        'linkextractor.py':
          '#!/usr/bin/env python\n\nimport sys\nimport requests\nfrom bs4 import BeautifulSoup\n\nres = requests.get(sys.argv[-1])\nsoup = BeautifulSoup(res.text, "html.parser")\nfor link in soup.find_all("a"):\n    print(link.get("href"))\n',
      },
    },
    {
      message: 'step1: the script in an image',
      time: 1_530_086_400,
      files: {
        Dockerfile:
          'FROM       python:3\nLABEL      maintainer="Drydock"\n\nRUN        pip install beautifulsoup4\nRUN        pip install requests\n\nWORKDIR    /app\nCOPY       linkextractor.py /app/\nRUN        chmod a+x linkextractor.py\n\nENTRYPOINT ["./linkextractor.py"]\n',
      },
    },
    {
      message: 'step2: full addresses and texts',
      time: 1_530_172_800,
      files: {
        'linkextractor.py': EXTRACT_LINKS,
      },
    },
    {
      message: 'step3: a service',
      time: 1_530_259_200,
      files: {
        'main.py': ANSWER_LINKS,
        'requirements.txt': LINKS_NEED,
        Dockerfile: LINKS_IMAGE,
      },
    },
    {
      message: 'step4: a page that asks the service',
      time: 1_530_345_600,
      files: {
        Dockerfile: undefined,
        'linkextractor.py': undefined,
        'main.py': undefined,
        'requirements.txt': undefined,
        'api/Dockerfile': LINKS_IMAGE,
        'api/linkextractor.py': EXTRACT_LINKS,
        'api/main.py': ANSWER_LINKS,
        'api/requirements.txt': LINKS_NEED,
        'docker-compose.yml':
          'version: "3"\n\nservices:\n  api:\n    image: linkextractor-api:step4-python\n    build: ./api\n    ports:\n      - "5000:5000"\n  web:\n    image: php:7-apache\n    ports:\n      - "80:80"\n    environment:\n      - API_ENDPOINT=http://api:5000/api/\n    volumes:\n      - ./www:/var/www/html\n',
        'www/index.php':
          '<!DOCTYPE html>\n<?php\n  $api_endpoint = $_ENV["API_ENDPOINT"] ?: "http://localhost:5000/api/";\n  $url = isset($_GET["url"]) ? $_GET["url"] : "";\n?>\n<html>\n  <body>\n    <h1>Super Link Extractor</h1>\n    <form action="/"><input name="url" value="<?php echo htmlspecialchars($url); ?>"><button>Extract Links</button></form>\n    <pre><?php if ($url) echo htmlspecialchars(file_get_contents($api_endpoint . $url)); ?></pre>\n  </body>\n</html>\n',
      },
    },
    {
      message: 'step5: redis remembers',
      time: 1_530_432_000,
      files: {
        'api/main.py': REMEMBER_LINKS,
        'api/requirements.txt': `${LINKS_NEED}redis\n`,
        'docker-compose.yml':
          'version: "3"\n\nservices:\n  api:\n    image: linkextractor-api:step5-python\n    build: ./api\n    environment:\n      - REDIS_URL=redis://redis:6379\n  web:\n    image: linkextractor-web:step5-php\n    build: ./www\n    ports:\n      - "80:80"\n    environment:\n      - API_ENDPOINT=http://api:5000/api/\n  redis:\n    image: redis\n',
        'www/Dockerfile':
          'FROM       php:7-apache\nLABEL      maintainer="Drydock"\n\nENV        API_ENDPOINT="http://localhost:5000/api/"\n\nCOPY       . /var/www/html/\n',
      },
    },
    {
      message: 'step6: the service in Ruby',
      time: 1_530_518_400,
      executable: ['api/linkextractor.rb'],
      files: {
        'api/linkextractor.py': undefined,
        'api/main.py': undefined,
        'api/requirements.txt': undefined,
        'api/linkextractor.rb':
          '#!/usr/bin/env ruby\n# encoding: utf-8\n\nrequire "sinatra"\nrequire "open-uri"\n\nset :protection, except: :path_traversal\nset :bind, "0.0.0.0"\n\nget "/" do\n  "Usage: http://<hostname>[:<prt>]/api/<url>"\nend\n',
        'api/Dockerfile':
          'FROM       ruby:2.6\nLABEL      maintainer="Drydock"\n\nENV        LANG C.UTF-8\n\nWORKDIR    /app\nCOPY       . /app/\n\nCMD        ["./linkextractor.rb", "-o", "0.0.0.0"]\n',
      },
    },
  ],
  branches: { demo: 6, step0: 0, step1: 1, step2: 2, step3: 3, step4: 4, step5: 5, step6: 6 },
}

const compose = (
  name: string,
  readme: string,
  file: string,
  others: Readonly<Record<string, string>> = {},
): Record<string, string> => ({
  [`${name}/README.md`]: `## ${readme}\n\n\`docker compose up -d\`, and \`docker compose down\` when done.\n`,
  [`${name}/compose.yaml`]: file,
  ...Object.fromEntries(Object.entries(others).map(([path, text]) => [`${name}/${path}`, text])),
})

export const awesomeCompose: RepositorySource = {
  name: 'docker/awesome-compose',
  branch: 'master',
  commits: [
    {
      message: 'Add samples of compose files',
      time: 1_650_000_000,
      files: {
        'README.md': '# Awesome Compose\n\nSamples of applications in compose files, a folder each.\n',
        ...compose(
          'wordpress-mysql',
          'WordPress with MariaDB',
          'services:\n  db:\n    image: mariadb:10.6.4-focal\n    command: --default-authentication-plugin=mysql_native_password\n    volumes:\n      - db_data:/var/lib/mysql\n    restart: always\n    environment:\n      - MYSQL_ROOT_PASSWORD=somewordpress\n      - MYSQL_DATABASE=wordpress\n      - MYSQL_USER=wordpress\n      - MYSQL_PASSWORD=wordpress\n    expose:\n      - 3306\n  wordpress:\n    image: wordpress:latest\n    ports:\n      - 80:80\n    restart: always\n    environment:\n      - WORDPRESS_DB_HOST=db\n      - WORDPRESS_DB_USER=wordpress\n      - WORDPRESS_DB_PASSWORD=wordpress\n      - WORDPRESS_DB_NAME=wordpress\nvolumes:\n  db_data:\n',
        ),
        ...compose(
          'nginx-golang',
          'A Go server behind nginx',
          'services:\n  proxy:\n    image: nginx\n    volumes:\n      - ./proxy/nginx.conf:/etc/nginx/conf.d/default.conf\n    ports:\n      - 80:80\n    depends_on:\n      - backend\n  backend:\n    image: traefik/whoami\n    command: --port 80\n',
          { 'proxy/nginx.conf': 'server {\n  listen 80;\n  location / {\n    proxy_pass http://backend:80;\n  }\n}\n' },
        ),
        ...compose(
          'postgresql-pgadmin',
          'PostgreSQL',
          'services:\n  postgres:\n    image: postgres:latest\n    environment:\n      - POSTGRES_USER=yourUser\n      - POSTGRES_PW=changeit\n      - POSTGRES_PASSWORD=changeit\n      - POSTGRES_DB=postgres\n    ports:\n      - "5432:5432"\n    restart: always\n',
        ),
        ...compose(
          'traefik-golang',
          'A service behind Traefik',
          'services:\n  frontend:\n    image: traefik:2.6\n    command: --providers.docker --entrypoints.web.address=:80 --providers.docker.exposedbydefault=false\n    ports:\n      - "80:80"\n    volumes:\n      - /var/run/docker.sock:/var/run/docker.sock\n    depends_on:\n      - backend\n  backend:\n    image: traefik/whoami\n    labels:\n      - "traefik.enable=true"\n      - "traefik.http.routers.go.rule=Path(`/`)"\n',
        ),
      },
    },
  ],
}

export const todoListApp: RepositorySource = {
  name: 'dockersamples/todo-list-app',
  commits: [
    {
      message: 'Add a todo list kept in files',
      time: 1_710_000_000,
      files: {
        'README.md': '# Todo list\n\nAn application of two services: `docker compose up -d --build`.\n',
        'compose.yaml':
          'services:\n  app:\n    build: .\n    ports:\n      - 127.0.0.1:3000:3000\n    environment:\n      MYSQL_HOST: mysql\n      MYSQL_USER: root\n      MYSQL_PASSWORD: secret\n      MYSQL_DB: todos\n  mysql:\n    image: mysql:8.0\n    volumes:\n      - todo-mysql-data:/var/lib/mysql\n    environment:\n      MYSQL_ROOT_PASSWORD: secret\n      MYSQL_DATABASE: todos\nvolumes:\n  todo-mysql-data:\n',
        Dockerfile: 'FROM node:20-alpine\nWORKDIR /app\nCOPY . .\nCMD ["node", "src/index.js"]\nEXPOSE 3000\n',
        'package.json': `${JSON.stringify({ name: 'todo-list-app', version: '1.0.0', scripts: { dev: 'node --watch src/index.js' } }, null, 2)}\n`,
        'src/index.js':
          "const http = require('http')\nconst items = []\nhttp\n  .createServer((request, response) => {\n    response.setHeader('Content-Type', 'application/json')\n    response.end(JSON.stringify(items) + '\\n')\n  })\n  .listen(3000, () => console.log('Listening on port 3000'))\n",
      },
    },
  ],
}

export const nodeBulletinBoard: RepositorySource = {
  name: 'dockersamples/node-bulletin-board',
  branch: 'master',
  commits: [
    {
      message: 'v1: a bulletin board',
      time: 1_500_000_000,
      files: {
        'README.md': '# Bulletin board\n\nA Node application in a container.\n',
        'bulletin-board-app/Dockerfile':
          'FROM node:current-slim\n\nWORKDIR /usr/src/app\nCOPY package.json .\nRUN npm install\n\nEXPOSE 8080\nCMD [ "npm", "start" ]\n\nCOPY . .\n',
        'bulletin-board-app/package.json': `${JSON.stringify({ name: 'vue-event-bulletin', version: '1.0.0', scripts: { start: 'node server.js' }, dependencies: {} }, null, 2)}\n`,
        'bulletin-board-app/server.js':
          "const http = require('http')\nconst events = [{ title: 'Docker workshop', detail: 'Linux containers' }, { title: 'WinOps #17', detail: 'Windows containers' }]\nhttp\n  .createServer((request, response) => {\n    if (request.url === '/api/events') return response.end(JSON.stringify(events))\n    response.setHeader('Content-Type', 'text/html')\n    response.end(`<h1>Welcome to the Bulletin Board</h1><ul>${events.map(({ title, detail }) => `<li><b>${title}</b> ${detail}</li>`).join('')}</ul>`)\n  })\n  .listen(8080, () => console.log('Magic happens on port 8080...'))\n",
      },
    },
    {
      message: 'v2: a compose file',
      time: 1_500_086_400,
      files: {
        'docker-compose.yml':
          'version: "3"\nservices:\n  bb-app:\n    image: bb-app:v2\n    build: ./bulletin-board-app\n    ports:\n      - "8080:8080"\n',
      },
    },
  ],
  tags: { v1: 0, v2: 1 },
}
