import { isErrno, type Process, type Program } from '@drydock/abi'
import { Hash } from '@drydock/codec'
import type { ServerResponse } from '@drydock/http'
import { readTextFile } from '@drydock/libc'
import { serveAsApache } from './apache.ts'
import { DatabaseError, type Login, query } from './database-client.ts'
import { escapeHtml, html, type Page, redirect, type WebRequest } from './web-app.ts'
import { document } from './page-frame.ts'

const COLOUR = '#23282d'
const text = (value: string): string => `'${value.replace(/[\\']/g, (char) => `\\${char}`)}'`
const NO_DATABASE = '<h1>Error establishing a database connection</h1>'

/** What the container's environment says of the database; `…_FILE` names a file that holds the value. */
async function loginOf(process: Process): Promise<{ readonly login: Login; readonly prefix: string }> {
  const value = async (name: string, usual: string): Promise<string> => {
    const file = process.env.get(`WORDPRESS_${name}_FILE`)
    try {
      if (file !== undefined) return (await readTextFile(process.sys, file)).trimEnd()
    } catch (error) {
      if (!isErrno(error)) throw error
    }
    return process.env.get(`WORDPRESS_${name}`) ?? usual
  }
  const login: Login = {
    engine: 'mysql',
    server: await value('DB_HOST', 'mysql'),
    user: await value('DB_USER', 'example username'),
    password: await value('DB_PASSWORD', 'example password'),
    database: await value('DB_NAME', 'wordpress'),
  }
  return { login, prefix: (await value('TABLE_PREFIX', 'wp_')).replace(/\W/g, '') }
}

class WordPress {
  private readonly process: Process
  private readonly login: Login
  private readonly prefix: string
  private readonly sessions = new Set<string>()

  constructor(process: Process, { login, prefix }: Awaited<ReturnType<typeof loginOf>>) {
    this.process = process
    this.login = login
    this.prefix = prefix
  }

  readonly pages: Readonly<Record<string, Page>> = {
    '/': (asked) => this.whenInstalled((title) => this.blog(asked, title)),
    '/index.php': () => redirect('/'),
    '/wp-admin/install.php': (asked) => this.guarded(() => this.install(asked)),
    '/wp-login.php': (asked) => this.whenInstalled(() => this.logIn(asked)),
    '/wp-admin/post-new.php': (asked) => this.whenInstalled(() => this.inside(asked, () => this.write(asked))),
    '/wp-admin/*': (asked) => this.whenInstalled((title) => this.inside(asked, () => this.admin(title))),
  }

  private async ask(sql: string): Promise<readonly (readonly (string | null)[])[]> {
    return (await query(this.process, this.login, sql)).rows
  }

  private name(table: string): string {
    return `\`${this.prefix}${table}\``
  }

  private async guarded(page: () => Promise<ServerResponse>): Promise<ServerResponse> {
    try {
      return await page()
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error
      return html(document('WordPress', COLOUR, '', `${NO_DATABASE}<p>${escapeHtml(error.message)}</p>`), 500)
    }
  }

  /** The blog's title; undefined before the installation. */
  private async title(): Promise<string | undefined> {
    const tables = await this.ask(`SHOW TABLES LIKE '${this.prefix}options'`)
    if (tables.length === 0) return undefined
    return (
      (await this.ask(`SELECT option_value FROM ${this.name('options')} WHERE option_name = 'blogname'`))[0]?.[0] ??
      undefined
    )
  }

  private whenInstalled(page: (title: string) => ServerResponse | Promise<ServerResponse>): Promise<ServerResponse> {
    return this.guarded(async () => {
      const title = await this.title()
      return title === undefined ? redirect('/wp-admin/install.php') : page(title)
    })
  }

  private async install({ request, form }: WebRequest): Promise<ServerResponse> {
    if ((await this.title()) !== undefined)
      return html(
        document(
          'WordPress',
          COLOUR,
          '',
          '<h1>Already Installed</h1><p>You appear to have already installed WordPress.</p><p><a href="/wp-login.php">Log In</a></p>',
        ),
      )
    const [title, user, password] = [
      form.get('weblog_title') ?? '',
      form.get('user_name') ?? '',
      form.get('admin_password') ?? '',
    ]
    if (request.method !== 'POST' || title === '' || user === '' || password === '')
      return html(
        document(
          'WordPress › Installation',
          COLOUR,
          '',
          `<h1>Welcome</h1><p>Welcome to the famous five-minute WordPress installation process!</p>${request.method === 'POST' ? '<p class="bad">Please fill in all fields.</p>' : ''}<form class="card" method="post"><label>Site Title<input name="weblog_title" required></label><label>Username<input name="user_name" value="admin" required></label><label>Password<input type="password" name="admin_password" required></label><label>Your Email<input type="email" name="admin_email" value="you@example.com"></label><button class="main">Install WordPress</button></form>`,
        ),
      )
    await this.createTables(title, user, password, form.get('admin_email') ?? '')
    return html(
      document(
        'WordPress › Installation',
        COLOUR,
        '',
        '<h1>Success!</h1><p>WordPress has been installed. Thank you, and enjoy!</p><p><a href="/wp-login.php">Log In</a> · <a href="/">Visit site</a></p>',
      ),
    )
  }

  private async createTables(title: string, user: string, password: string, email: string): Promise<void> {
    const now = this.now()
    const statements = [
      `CREATE TABLE ${this.name('options')} (option_id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, option_name VARCHAR(191) NOT NULL, option_value LONGTEXT NOT NULL)`,
      `CREATE TABLE ${this.name('users')} (ID BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, user_login VARCHAR(60) NOT NULL, user_pass VARCHAR(255) NOT NULL, user_email VARCHAR(100) NOT NULL)`,
      `CREATE TABLE ${this.name('posts')} (ID BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY, post_author BIGINT NOT NULL, post_date DATETIME NOT NULL, post_title TEXT NOT NULL, post_content LONGTEXT NOT NULL, post_status VARCHAR(20) NOT NULL, post_type VARCHAR(20) NOT NULL)`,
      `INSERT INTO ${this.name('users')} (user_login, user_pass, user_email) VALUES (${text(user)}, ${text(this.hashed(password))}, ${text(email)})`,
      `INSERT INTO ${this.name('posts')} (post_author, post_date, post_title, post_content, post_status, post_type) VALUES (1, ${text(now)}, 'Hello world!', 'Welcome to WordPress. This is your first post. Edit or delete it, then start writing!', 'publish', 'post')`,
      `INSERT INTO ${this.name('options')} (option_name, option_value) VALUES ('siteurl', '/'), ('blogname', ${text(title)})`,
    ]
    for (const statement of statements) await this.ask(statement)
  }

  private now(): string {
    return new Date(this.process.sys.clock.now()).toISOString().slice(0, 19).replace('T', ' ')
  }

  private random(): string {
    return Array.from(this.process.sys.entropy.bytes(16), (byte) => byte.toString(16).padStart(2, '0')).join('')
  }

  private hashed(password: string, salt = this.random()): string {
    return `${salt}$${new Hash('sha256').update(salt + password).digestHex()}`
  }

  private async blog({ query: asked, cookie }: WebRequest, title: string): Promise<ServerResponse> {
    const id = Number(asked.get('p') ?? 0)
    const where = id > 0 ? ` AND ID = ${id}` : ''
    const posts = await this.ask(
      `SELECT ID, post_title, post_content, post_date FROM ${this.name('posts')} WHERE post_status = 'publish' AND post_type = 'post'${where} ORDER BY post_date DESC, ID DESC LIMIT 20`,
    )
    if (id > 0 && posts.length === 0)
      return html(document(title, COLOUR, '<a href="/">Home</a>', '<h1>Page not found</h1>'), 404)
    const articles = posts.map(
      ([number, heading, content, date]) =>
        `<article><h2><a href="/?p=${escapeHtml(number)}">${escapeHtml(heading)}</a></h2><p><small>${escapeHtml(date)}</small></p>${(
          content ?? ''
        )
          .split(/\n\s*\n/)
          .map((part) => `<p>${escapeHtml(part)}</p>`)
          .join('')}</article>`,
    )
    const nav = this.sessions.has(cookie('wordpress_logged_in') ?? '')
      ? '<a href="/">Home</a><a href="/wp-admin/">Dashboard</a>'
      : '<a href="/">Home</a><a href="/wp-login.php">Log in</a>'
    return html(document(title, COLOUR, nav, articles.join('\n')))
  }

  private async logIn({ request, form }: WebRequest): Promise<ServerResponse> {
    const user = form.get('log') ?? ''
    const [stored] =
      request.method === 'POST'
        ? await this.ask(`SELECT user_pass FROM ${this.name('users')} WHERE user_login = ${text(user)}`)
        : []
    const password = stored?.[0] ?? ''
    if (
      request.method === 'POST' &&
      password !== '' &&
      this.hashed(form.get('pwd') ?? '', password.split('$')[0]) === password
    ) {
      const session = this.random()
      this.sessions.add(session)
      return redirect('/wp-admin/', [['Set-Cookie', `wordpress_logged_in=${session}; Path=/; HttpOnly`]])
    }
    const problem =
      request.method === 'POST' ? '<p class="bad">Error: The username or password you entered is incorrect.</p>' : ''
    return html(
      document(
        'WordPress',
        COLOUR,
        '<a href="/">Home</a>',
        `<h1>Log In</h1>${problem}<form class="card" method="post"><label>Username or Email Address<input name="log" value="${escapeHtml(user)}" required></label><label>Password<input type="password" name="pwd" required></label><button class="main">Log In</button></form>`,
      ),
    )
  }

  private inside(
    { cookie }: WebRequest,
    page: () => Promise<ServerResponse>,
  ): ServerResponse | Promise<ServerResponse> {
    return this.sessions.has(cookie('wordpress_logged_in') ?? '') ? page() : redirect('/wp-login.php')
  }

  private async admin(title: string): Promise<ServerResponse> {
    const [count] = await this.ask(`SELECT COUNT(*) FROM ${this.name('posts')}`)
    return html(
      document(
        title,
        COLOUR,
        '<a href="/">Visit Site</a><a href="/wp-admin/post-new.php">Add New Post</a>',
        `<h1>Dashboard</h1><div class="cards"><div><b>${escapeHtml(count?.[0] ?? 0)}</b>posts</div></div><p><a href="/wp-admin/post-new.php">Write a post</a></p>`,
      ),
    )
  }

  private async write({ request, form }: WebRequest): Promise<ServerResponse> {
    const title = form.get('post_title') ?? ''
    if (request.method === 'POST' && title !== '') {
      await this.ask(
        `INSERT INTO ${this.name('posts')} (post_author, post_date, post_title, post_content, post_status, post_type) VALUES (1, ${text(this.now())}, ${text(title)}, ${text((form.get('content') ?? '').replaceAll('\r\n', '\n'))}, 'publish', 'post')`,
      )
      return redirect('/')
    }
    return html(
      document(
        'Add New Post',
        COLOUR,
        '<a href="/wp-admin/">Dashboard</a>',
        '<h1>Add New Post</h1><form class="card" method="post"><label>Title<input name="post_title" required></label><label>Text<textarea name="content"></textarea></label><button class="main">Publish</button></form>',
      ),
    )
  }
}

async function main(process: Process): Promise<number> {
  return serveAsApache(process, new WordPress(process, await loginOf(process)).pages)
}

/** A blog whose posts are in MySQL. */
export const wordpress: Program = {
  name: 'dashboards/wordpress',
  paths: ['/usr/local/bin/apache2-foreground'],
  covers: 'partial',
  lacks: [
    'everything but a small blog of our own: installation, log in, posts, kept in tables of MySQL or MariaDB; no PHP, themes or plugins',
  ],
  summary: 'stand-in: a blog with its posts in MySQL',
  rssBytes: 60 << 20,
  main,
}
