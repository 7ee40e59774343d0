import fs from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { type ToolRecord, toolSchema } from '../../src/core/catalogue.js'

/** The shipped catalogue. */
export function readCatalogue(): ToolRecord[] {
  const folder = path.join(import.meta.dirname, '../../data/catalogue')
  return fs
    .readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => toolSchema.parse(parse(fs.readFileSync(path.join(folder, name), 'utf8'))))
}
