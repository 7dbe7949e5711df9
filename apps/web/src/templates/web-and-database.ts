export const COMPOSE = `# A web server and its database on one network.
services:
  web:
    image: nginx:alpine
    ports:
      - "8080:80"
    volumes:
      - ./site:/usr/share/nginx/html:ro
    depends_on:
      - db
  db:
    image: postgres:16
    environment:
      POSTGRES_PASSWORD: example
    volumes:
      - data:/var/lib/postgresql/data

volumes:
  data:
`

export const PAGE = `<!doctype html>
<title>Web and database</title>
<style>body { font: 1.1rem/1.6 system-ui; max-width: 36rem; margin: 4rem auto }</style>
<h1>It works</h1>
<p>This page is <code>/root/web-db/site/index.html</code>. Change it in the editor and reload.</p>
<p>The database is one command away: <code>docker compose exec db psql -U postgres</code></p>
`
