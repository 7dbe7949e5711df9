import { page, siteRepository } from './site-image.ts'

const TUTORIAL = page(
  'Getting Started',
  `<h1>Getting Started</h1>
<p>You are reading this in a container. One command brought it here:</p>
<pre><code>docker run -d -p 80:80 docker/getting-started</code></pre>
<ul>
<li><code>-d</code> runs the container in the background (detached)</li>
<li><code>-p 80:80</code> maps port 80 of the host to port 80 in the container</li>
<li><code>docker/getting-started</code> is the image to use</li>
</ul>
<h2>What is a container?</h2>
<p>A process that has been shut off from the others on its machine: it sees files, processes and a network of its own.
The kernel does that with namespaces and control groups; Docker makes it easy to use.</p>
<h2>What is an image?</h2>
<p>The files that a container starts with, and what to run in it. Images consist of layers, which many images may share.
Look at the layers of this one:</p>
<pre><code>docker image history docker/getting-started</code></pre>
<h2>Look inside</h2>
<p>List your containers, then open a shell in this one by the first letters of its id:</p>
<pre><code>docker ps
docker exec -it &lt;id&gt; sh</code></pre>
<p>The page lies in <code>/usr/share/nginx/html</code>. Change it with <code>vi</code> and reload. Then remove the container and
start another: your change is gone, for it was in the container and not in the image.</p>
<h2>Keep data</h2>
<p>What should outlive a container belongs in a volume:</p>
<pre><code>docker volume create notes
docker run -it --rm -v notes:/notes alpine sh -c 'date &gt;&gt; /notes/log; cat /notes/log'</code></pre>
<p>Run the last line twice: the second container finds what the first one wrote.</p>
<h2>Let containers talk</h2>
<p>Containers on a network of your own find each other by name:</p>
<pre><code>docker network create lab
docker run -d --name web --network lab nginx
docker run --rm --network lab alpine wget -qO- http://web</code></pre>
<h2>Tidy up</h2>
<pre><code>docker rm -f $(docker ps -aq)
docker network rm lab
docker volume rm notes</code></pre>`,
)

export const gettingStarted = siteRepository({
  name: 'docker/getting-started',
  description: 'Getting started with Docker',
  stars: 430,
  tags: ['latest', 'pwd', 'master'],
  created: '2022-12-08T22:21:37Z',
  compressedBytes: 3_894_000,
  sizeBytes: 5_200_000,
  build: (tree) =>
    void tree
      .file('/usr/share/nginx/html/index.html', TUTORIAL)
      .file('/usr/share/nginx/html/tutorial/index.html', TUTORIAL),
})

const WELCOME = page(
  'Welcome to Docker',
  `<h1>Congratulations!!!</h1>
<p>You ran your first container. This page is served from it.</p>
<p>See it in the list with <code>docker ps</code>, read what it logs with <code>docker logs</code>, and stop it with
<code>docker stop</code>.</p>`,
)

export const welcomeToDocker = siteRepository({
  name: 'docker/welcome-to-docker',
  description: 'The image to begin with Docker',
  stars: 90,
  tags: ['latest'],
  created: '2023-11-09T18:42:11Z',
  compressedBytes: 1_580_000,
  sizeBytes: 2_300_000,
  build: (tree) => void tree.file('/usr/share/nginx/html/index.html', WELCOME),
})
