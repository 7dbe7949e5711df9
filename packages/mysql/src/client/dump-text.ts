import { ClientError, type Result } from './session.ts'

export interface DumpOptions {
  /** Whether an option without a value of its own was given. */
  readonly asked: (name: string) => boolean
  readonly where: string | undefined
  /** As `database.table`. */
  readonly ignored: ReadonlySet<string>
  readonly compact: boolean
  readonly comments: boolean
  readonly date: boolean
  readonly dropTable: boolean
  readonly locks: boolean
  readonly keys: boolean
  readonly extended: boolean
  readonly charset: boolean
  readonly zone: boolean
}

export interface DumpHost {
  readonly options: DumpOptions
  /** @throws ClientError */
  query(sql: string): Promise<Result>
  write(text: string): Promise<void>
}

/** What ends a dump, with the program's exit status. */
export class DumpProblem extends Error {
  readonly status: number
  constructor(message: string, status: number) {
    super(message)
    this.status = status
  }
}
const ILLEGAL_TABLE = 6
const SERVER_SAID_NO = 2

/** Bytes of one INSERT of many rows: net_buffer_length of mysqldump. */
const STATEMENT_LENGTH = 1_046_528
/** mysql_real_escape_string(3). */
const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\0', '\\0'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\x1a', '\\Z'],
  ["'", "\\'"],
  ['"', '\\"'],
  ['\\', '\\\\'],
])
const escaped = (value: string): string => Array.from(value, (char) => ESCAPES.get(char) ?? char).join('')
const tick = (name: string): string => `\`${name.replaceAll('`', '``')}\``

/** One column of a table, as an INSERT has it. */
interface DumpColumn {
  readonly name: string
  readonly binary: boolean
}

/** The text of a dump, part by part, in the shape of mysqldump's. */
export class DumpText {
  private readonly host: DumpHost
  private readonly options: DumpOptions

  constructor(host: DumpHost) {
    this.host = host
    this.options = host.options
  }

  private async say(text: string): Promise<void> {
    await this.host.write(text)
  }

  private async title(text: string): Promise<void> {
    if (this.options.comments) await this.say(`\n--\n-- ${text}\n--\n\n`)
  }

  /** @throws DumpProblem */
  private async rows(sql: string): Promise<Result> {
    try {
      return await this.host.query(sql)
    } catch (error) {
      if (!(error instanceof ClientError)) throw error
      throw new DumpProblem(`Couldn't execute '${sql}': ${error.message} (${error.code})`, SERVER_SAID_NO)
    }
  }

  async head(program: string, from: string, database: string, version: string): Promise<void> {
    const { compact, comments, charset, zone } = this.options
    if (this.options.asked('single-transaction'))
      await this.rows('START TRANSACTION /*!40100 WITH CONSISTENT SNAPSHOT */')
    if (comments)
      await this.say(
        `-- ${program} (x86_64)\n--\n-- Host: ${from}    Database: ${database}\n-- ------------------------------------------------------\n-- Server version\t${version}\n`,
      )
    if (compact) return
    const lines = [
      ...(charset ? KEEP_CHARSET : []),
      ...(zone ? ['40103 SET @OLD_TIME_ZONE=@@TIME_ZONE', "40103 SET TIME_ZONE='+00:00'"] : []),
      ...KEEP_CHECKS,
    ]
    await this.say(`\n${lines.map(executed).join('')}`)
  }

  async foot(now: string): Promise<void> {
    const { compact, comments, charset, zone, date } = this.options
    if (!compact) {
      if (zone) await this.say(`${executed('40103 SET TIME_ZONE=@OLD_TIME_ZONE')}\n`)
      const lines = [...GIVE_BACK_CHECKS, ...(charset ? GIVE_BACK_CHARSET : []), '40111 SET SQL_NOTES=@OLD_SQL_NOTES']
      await this.say(`${lines.map(executed).join('')}\n`)
    }
    if (comments) await this.say(`-- Dump completed${date ? ` on ${now}` : ''}\n`)
  }

  /**
   * @param named it is made and entered by the dump
   * @param only these tables; none for all
   * @throws DumpProblem @throws ClientError when there is no such database
   */
  async database(database: string, named: boolean, only: readonly string[]): Promise<void> {
    const { options } = this
    await this.host.query(`USE ${tick(database)}`)
    if (named) {
      await this.title(`Current Database: ${tick(database)}`)
      if (options.asked('add-drop-database'))
        await this.say(`/*!40000 DROP DATABASE IF EXISTS ${tick(database)}*/;\n\n`)
      const made = (await this.rows(`SHOW CREATE DATABASE ${tick(database)}`)).rows[0]?.[1] ?? ''
      if (!options.asked('no-create-db'))
        await this.say(`${made.replace('CREATE DATABASE', 'CREATE DATABASE /*!32312 IF NOT EXISTS*/')};\n\n`)
      await this.say(`USE ${tick(database)};\n`)
    }
    const kinds = new Map((await this.rows('SHOW FULL TABLES')).rows.map(([name, kind]) => [name ?? '', kind]))
    for (const name of only)
      if (!kinds.has(name)) throw new DumpProblem(`Couldn't find table: "${name}"`, ILLEGAL_TABLE)
    const wanted = (only.length > 0 ? only : [...kinds.keys()]).filter(
      (name) => !options.ignored.has(`${database}.${name}`),
    )
    const views = wanted.filter((name) => kinds.get(name) === 'VIEW')
    for (const name of wanted) await (views.includes(name) ? this.standIn(name) : this.table(name))
    if (options.asked('routines')) await this.routines(database)
    for (const name of views) await this.view(name)
  }

  /** What the next statement was made with, and back again behind it. */
  private async withSettings(
    [client = '', collation = '', mode = '']: readonly (string | null)[],
    part: string,
  ): Promise<void> {
    const before = [
      ...['saved_cs_client      = @@character_set_client', 'saved_cs_results     = @@character_set_results'],
      'saved_col_connection = @@collation_connection',
    ].map((each) => `/*!50003 SET @${each} */ ;\n`)
    const set = [
      ...[
        `character_set_client  = ${client}`,
        `character_set_results = ${client}`,
        `collation_connection  = ${collation}`,
      ],
      ...['@saved_sql_mode       = @@sql_mode', `sql_mode              = '${mode}'`],
    ].map((each) => `/*!50003 SET ${each} */ ;\n`)
    const after = [
      ...['sql_mode              = @saved_sql_mode', 'character_set_client  = @saved_cs_client'],
      ...['character_set_results = @saved_cs_results', 'collation_connection  = @saved_col_connection'],
    ].map((each) => `/*!50003 SET ${each} */ ;\n`)
    await this.say([...before, ...set, `DELIMITER ;;\n${part};;\nDELIMITER ;\n`, ...after].join(''))
  }

  private async triggers(table: string): Promise<void> {
    for (const [name] of (await this.rows(`SHOW TRIGGERS LIKE '${table.replaceAll("'", "''")}'`)).rows) {
      const made = await this.rows(`SHOW CREATE TRIGGER ${tick(name ?? '')}`)
      const [, mode = '', text, client = '', collation = ''] = made.rows[0] ?? []
      const [, definer = '', rest = ''] = /^CREATE (DEFINER=\S+) ([^]*)$/.exec(text ?? '') ?? []
      await this.withSettings([client, collation, mode], `/*!50003 CREATE*/ /*!50017 ${definer}*/ /*!50003 ${rest} */`)
    }
  }

  private async routines(database: string): Promise<void> {
    if (this.options.comments) await this.say(`\n--\n-- Dumping routines for database '${database}'\n--\n`)
    for (const kind of ['FUNCTION', 'PROCEDURE']) {
      const { rows } = await this.rows(`SHOW ${kind} STATUS WHERE Db = '${database.replaceAll("'", "''")}'`)
      for (const [, name] of rows) {
        const made = await this.rows(`SHOW CREATE ${kind} ${tick(name ?? '')}`)
        const [, mode = '', text, client = '', collation = ''] = made.rows[0] ?? []
        await this.say(`/*!50003 DROP ${kind} IF EXISTS ${tick(name ?? '')} */;\n`)
        await this.withSettings([client, collation, mode], `${text}\n`)
      }
    }
  }

  private async table(name: string): Promise<void> {
    const { asked, dropTable } = this.options
    if (!asked('no-create-info')) {
      const made = (await this.rows(`SHOW CREATE TABLE ${tick(name)}`)).rows[0]?.[1]
      await this.title(`Table structure for table ${tick(name)}`)
      if (dropTable) await this.say(`DROP TABLE IF EXISTS ${tick(name)};\n`)
      await this.say(
        `/*!40101 SET @saved_cs_client     = @@character_set_client */;\n/*!50503 SET character_set_client = utf8mb4 */;\n${made};\n/*!40101 SET character_set_client = @saved_cs_client */;\n`,
      )
    }
    if (!asked('no-data')) await this.data(name)
    if (!asked('skip-triggers') && !asked('no-create-info')) await this.triggers(name)
  }

  /** In a view's place until all that it names is there. */
  private async standIn(name: string): Promise<void> {
    if (this.options.asked('no-create-info')) return
    const { columns: names } = await this.rows(`SELECT * FROM ${tick(name)} LIMIT 0`)
    const columns = names.map((column) => ` 1 AS ${tick(column)}`)
    await this.title(`Temporary view structure for view ${tick(name)}`)
    if (this.options.dropTable) await this.say(`/*!50001 DROP VIEW IF EXISTS ${tick(name)}*/;\n`)
    await this.say(
      `SET @saved_cs_client     = @@character_set_client;\n/*!50503 SET character_set_client = utf8mb4 */;\n/*!50001 CREATE VIEW ${tick(name)} AS SELECT \n${columns.join(',\n')}*/;\nSET character_set_client = @saved_cs_client;\n`,
    )
  }

  private async view(name: string): Promise<void> {
    if (this.options.asked('no-create-info')) return
    const made = (await this.rows(`SHOW CREATE TABLE ${tick(name)}`)).rows[0]?.[1]
    await this.title(`Final view structure for view ${tick(name)}`)
    await this.say(`/*!50001 DROP VIEW IF EXISTS ${tick(name)}*/;\n/*!50001 ${made} */;\n`)
  }

  private async data(name: string): Promise<void> {
    const { asked, locks, keys, where } = this.options
    const { rows: fields } = await this.rows(`SHOW FIELDS FROM ${tick(name)}`)
    const stored = fields.filter(([, , , , , extra]) => !/(?:STORED|VIRTUAL) GENERATED/.test(extra ?? ''))
    const columns = stored.map(([column, type]) => ({ name: column ?? '', binary: /blob|binary/.test(type ?? '') }))
    const list = asked('complete-insert') || stored.length < fields.length
    const condition = where === undefined ? '' : ` WHERE ${where}`
    const values = columns.map(({ name: column, binary }) => (binary ? `hex(${tick(column)})` : tick(column)))
    const result = await this.rows(`SELECT ${values.join(', ')} FROM ${tick(name)}${condition}`)
    await this.title(`Dumping data for table ${tick(name)}`)
    if (where !== undefined && this.options.comments) await this.say(`-- WHERE:  ${where}\n\n`)
    if (locks) await this.say(`LOCK TABLES ${tick(name)} WRITE;\n`)
    if (keys) await this.say(`/*!40000 ALTER TABLE ${tick(name)} DISABLE KEYS */;\n`)
    await this.inserts(name, list ? ` (${columns.map((each) => tick(each.name)).join(', ')})` : '', columns, result)
    if (keys) await this.say(`/*!40000 ALTER TABLE ${tick(name)} ENABLE KEYS */;\n`)
    if (locks) await this.say('UNLOCK TABLES;\n')
  }

  private async inserts(name: string, list: string, columns: readonly DumpColumn[], result: Result): Promise<void> {
    const { asked, extended } = this.options
    const verb = asked('replace') ? 'REPLACE ' : asked('insert-ignore') ? 'INSERT  IGNORE ' : 'INSERT '
    const start = `${verb}INTO ${tick(name)}${list} VALUES `
    let open = ''
    for (const row of result.rows) {
      const values = `(${row.map((value, i) => shown(value, result.numeric[i] ?? false, columns[i])).join(',')})`
      const full = !extended || open.length + values.length > STATEMENT_LENGTH
      if (open !== '' && full) await this.say(`${open};\n`)
      open = open === '' || full ? `${start}${values}` : `${open},${values}`
    }
    if (open !== '') await this.say(`${open};\n`)
  }
}

const executed = (text: string): string => `/*!${text} */;\n`

function shown(value: string | null, numeric: boolean, column: DumpColumn | undefined): string {
  if (value === null) return 'NULL'
  if (column?.binary) return value === '' ? "''" : `0x${value}`
  return numeric ? value : `'${escaped(value)}'`
}

const KEEP_CHARSET = [
  '40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT',
  '40101 SET @OLD_CHARACTER_SET_RESULTS=@@CHARACTER_SET_RESULTS',
  '40101 SET @OLD_COLLATION_CONNECTION=@@COLLATION_CONNECTION',
  '50503 SET NAMES utf8mb4',
]
const KEEP_CHECKS = [
  '40014 SET @OLD_UNIQUE_CHECKS=@@UNIQUE_CHECKS, UNIQUE_CHECKS=0',
  '40014 SET @OLD_FOREIGN_KEY_CHECKS=@@FOREIGN_KEY_CHECKS, FOREIGN_KEY_CHECKS=0',
  "40101 SET @OLD_SQL_MODE=@@SQL_MODE, SQL_MODE='NO_AUTO_VALUE_ON_ZERO'",
  '40111 SET @OLD_SQL_NOTES=@@SQL_NOTES, SQL_NOTES=0',
]
const GIVE_BACK_CHECKS = [
  '40101 SET SQL_MODE=@OLD_SQL_MODE',
  '40014 SET FOREIGN_KEY_CHECKS=@OLD_FOREIGN_KEY_CHECKS',
  '40014 SET UNIQUE_CHECKS=@OLD_UNIQUE_CHECKS',
]
const GIVE_BACK_CHARSET = [
  '40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT',
  '40101 SET CHARACTER_SET_RESULTS=@OLD_CHARACTER_SET_RESULTS',
  '40101 SET COLLATION_CONNECTION=@OLD_COLLATION_CONNECTION',
]
