import type { Process, Program } from '@drydock/abi'
import { Stdio } from '@drydock/libc'
import { enterPassword } from './password.ts'
import { ClientError, Session } from './session.ts'
import { clientVersion, parse } from './target.ts'

export const mysqldump: Program = {
  name: 'mysql/mysqldump',
  paths: ['/usr/bin/mysqldump', '/usr/bin/mariadb-dump'],
  covers: 'partial',
  lacks: ['--tab, --xml', '--routines, --events, --triggers', '--master-data and its kin', 'option files'],
  summary: 'write databases as SQL statements',
  sizeBytes: 7_600_000,
  main,
}

const ROWS = 500
const quote = (value: string | null, numeric: boolean): string =>
  value === null
    ? 'NULL'
    : numeric
      ? value
      : `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`

async function main(process: Process): Promise<number> {
  const io = new Stdio(process.sys)
  const { target, asks, options, operands } = parse(process)
  const password = asks ? await enterPassword(process, io) : target.password
  const all = options.has('all-databases') || options.has('A')
  const several = options.has('databases') || options.has('B')
  if (operands.length === 0 && !all) {
    await io.warn(
      'Usage: mysqldump [OPTIONS] database [tables]\nOR     mysqldump [OPTIONS] --databases [OPTIONS] DB1 [DB2 DB3...]\nOR     mysqldump [OPTIONS] --all-databases [OPTIONS]\n',
    )
    return 1
  }
  try {
    const session = await Session.open(process.sys, { ...target, password })
    await io.print(
      `-- MySQL dump 10.13  Distrib ${clientVersion(process)}, for Linux (x86_64)\n--\n-- Host: ${target.host || 'localhost'}    Database: ${several || all ? '' : operands[0]}\n-- ------------------------------------------------------\n-- Server version\t${session.version}\n\n`,
    )
    const listed = await session.query('SHOW DATABASES')
    const user = listed.rows
      .map(([name]) => name ?? '')
      .filter((name) => !['information_schema', 'performance_schema', 'sys', 'mysql'].includes(name))
    const databases = all ? user : several ? operands : operands.slice(0, 1)
    for (const database of databases)
      await dump(session, io, database, several || all ? [] : operands.slice(1), several || all, options)
    await io.print('-- Dump completed\n')
    await io.out.flush()
    session.close()
    return 0
  } catch (error) {
    if (!(error instanceof ClientError)) throw error
    await io.warn(`mysqldump: Got error: ${error.code}: ${error.message} when trying to connect\n`)
    return 2
  }
}

async function dump(
  session: Session,
  io: Stdio,
  database: string,
  only: readonly string[],
  named: boolean,
  options: ReadonlyMap<string, string>,
): Promise<void> {
  await session.query(`USE \`${database}\``)
  if (named) await io.print(`CREATE DATABASE /*!32312 IF NOT EXISTS*/ \`${database}\`;\n\nUSE \`${database}\`;\n\n`)
  const { rows } = await session.query('SHOW FULL TABLES')
  await io.print('SET FOREIGN_KEY_CHECKS=0;\n\n')
  for (const [name, kind] of rows)
    if (kind === 'BASE TABLE' && name && (only.length === 0 || only.includes(name)))
      await table(session, io, name, options)
  await io.print('SET FOREIGN_KEY_CHECKS=1;\n\n')
}

async function table(session: Session, io: Stdio, name: string, options: ReadonlyMap<string, string>): Promise<void> {
  if (!options.has('no-create-info') && !options.has('t')) {
    const made = await session.query(`SHOW CREATE TABLE \`${name}\``)
    await io.print(
      `--\n-- Table structure for table \`${name}\`\n--\n\nDROP TABLE IF EXISTS \`${name}\`;\n${made.rows[0]?.[1]};\n\n`,
    )
  }
  if (options.has('no-data') || options.has('d')) return
  const { rows, numeric } = await session.query(`SELECT * FROM \`${name}\``)
  await io.print(`--\n-- Dumping data for table \`${name}\`\n--\n\nLOCK TABLES \`${name}\` WRITE;\n`)
  for (let at = 0; at < rows.length; at += ROWS) {
    const values = rows
      .slice(at, at + ROWS)
      .map((row) => `(${row.map((value, i) => quote(value, numeric[i] ?? false)).join(',')})`)
    await io.print(`INSERT INTO \`${name}\` VALUES ${values.join(',')};\n`)
  }
  await io.print('UNLOCK TABLES;\n\n')
}
