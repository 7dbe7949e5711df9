import { encodeUtf8 } from '@drydock/codec'
import { type Archive, ownedName, type TocEntry } from '../archive/toc.ts'

/** How an archive is told as SQL. */
export interface ScriptWishes {
  readonly clean: boolean
  readonly ifExists: boolean
  readonly create: boolean
  readonly noOwner: boolean
}

/** Settings that a restore begins with. */
export const PREAMBLE = `SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

`

export const comment = (text: string): string => `--\n-- ${text}\n--\n\n`

/** Where `IF EXISTS` goes. */
const IF_EXISTS: readonly (readonly [RegExp, string])[] = [
  [/^DROP ((?:MATERIALIZED )?\w+) /, 'DROP $1 IF EXISTS '],
  [/^ALTER TABLE /, 'ALTER TABLE IF EXISTS '],
  [/ DROP CONSTRAINT /, ' DROP CONSTRAINT IF EXISTS '],
]

/** The statement that removes an entry. */
export const dropStatement = ({ drop }: TocEntry, ifExists: boolean): string =>
  ifExists ? IF_EXISTS.reduce((text, [place, words]) => text.replace(place, words), drop) : drop

/** `ALTER … OWNER TO`; '' where nobody owns it by itself. */
export function ownerStatement(entry: TocEntry): string {
  const name = ownedName(entry)
  return name === '' || entry.owner === '' ? '' : `ALTER ${name} OWNER TO ${quoted(entry.owner)};\n`
}

/** As fmtId writes a name: in quotes only where it needs them. */
const quoted = (name: string): string => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`)

function title({ kind, tag, schema, owner }: TocEntry, noOwner: boolean): string {
  const what = kind === 'TABLE DATA' ? 'Data for Name' : 'Name'
  return comment(`${what}: ${tag}; Type: ${kind}; Schema: ${schema || '-'}; Owner: ${noOwner ? '-' : owner}`)
}

/** An archive as psql reads it: text and rows in order. src/bin/pg_dump/pg_backup_archiver.c, RestoreArchive */
export function script(archive: Archive, entries: readonly TocEntry[], wishes: ScriptWishes): Uint8Array[] {
  const parts: Uint8Array[] = []
  const say = (text: string): void => void parts.push(encodeUtf8(text))
  say(
    `${comment('PostgreSQL database dump')}-- Dumped from database version ${archive.serverVersion}\n-- Dumped by pg_dump version ${archive.dumpVersion}\n\n${PREAMBLE}`,
  )
  if (wishes.clean)
    for (const entry of entries.toReversed()) if (entry.drop !== '') say(dropStatement(entry, wishes.ifExists))
  for (const entry of entries) {
    say(`${title(entry, wishes.noOwner)}${entry.copy}`)
    if (entry.data !== undefined) parts.push(entry.data)
    else say(`${entry.definition}\n\n\n`)
    if (!wishes.noOwner && ownerStatement(entry) !== '') say(`${ownerStatement(entry)}\n`)
    if (entry.kind === 'DATABASE') say(`\\connect ${quoted(entry.tag)}\n\n${PREAMBLE}`)
  }
  say(comment('PostgreSQL database dump complete'))
  return parts
}
