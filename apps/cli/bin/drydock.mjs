#!/usr/bin/env node
// Starts the command from its sources.
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { commandBundle } from '../../../tools/command-bundle.mjs'

const { main } = await import(pathToFileURL(join(await commandBundle(), 'drydock.mjs')).href)
process.exitCode = await main(process.argv.slice(2))
