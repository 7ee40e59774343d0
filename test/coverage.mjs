/**
 * Says how many lines of src and indexer the tests ran: in the process of the tests (coverage/coverage-final.json, by vitest), or in processes
 * that they started (coverage/processes, by Node). `npm run coverage` makes both. Arguments: folders to list the lines of that nobody ran.
 */
import fs from 'node:fs'
import { SourceMap } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import coverage from 'istanbul-lib-coverage'

const ROOT = path.resolve(import.meta.dirname, '..')
const DIST = path.join(ROOT, 'dist')

/** For every compiled file, which of its characters any process ran. */
function charactersRun(folder) {
  const run = new Map()
  for (const name of fs.existsSync(folder) ? fs.readdirSync(folder) : []) {
    const { result } = JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8'))
    for (const { url, functions } of result) {
      const file = url.startsWith('file:') ? fileURLToPath(url) : ''
      if (!file.startsWith(DIST)) continue
      const here = new Uint8Array(functions[0].ranges[0].endOffset)
      // functions and their ranges come from the outside to the inside
      for (const { ranges } of functions)
        for (const { startOffset, endOffset, count } of ranges) here.fill(Number(count > 0), startOffset, endOffset)
      const all = run.get(file)
      if (all) for (let i = 0; i < here.length; i++) all[i] |= here[i]
      else run.set(file, here)
    }
  }
  return run
}

/** Adds to `lines`, by source file, the lines (counted from 1) that have something of what was run of a compiled file. */
function addSourceLines(file, characters, lines) {
  const map = new SourceMap(JSON.parse(fs.readFileSync(`${file}.map`, 'utf8')))
  let offset = 0
  for (const [row, text] of fs.readFileSync(file, 'utf8').split('\n').entries()) {
    for (const { index } of text.matchAll(/\w+|[^\s\w]/g)) {
      if (!characters[offset + index]) continue
      const { originalSource, originalLine } = map.findEntry(row, index)
      if (originalSource === undefined) continue
      const source = path.resolve(path.dirname(file), originalSource)
      if (!lines.has(source)) lines.set(source, new Set())
      lines.get(source).add(originalLine + 1)
    }
    offset += text.length + 1
  }
}

const files = coverage.createCoverageMap(
  JSON.parse(fs.readFileSync(path.join(ROOT, 'coverage/coverage-final.json'), 'utf8')),
)
const elsewhere = new Map()
for (const [file, characters] of charactersRun(path.join(ROOT, 'coverage/processes')))
  addSourceLines(file, characters, elsewhere)
const folders = new Map()
for (const file of files.files()) {
  const name = path.relative(ROOT, file)
  const lines = Object.entries(files.fileCoverageFor(file).getLineCoverage())
  const missed = lines
    .filter(([line, count]) => count === 0 && !elsewhere.get(file)?.has(Number(line)))
    .map(([line]) => line)
  if (missed.length > 0 && process.argv.slice(2).some((folder) => name.startsWith(folder)))
    console.log(`${name}: ${lines.length - missed.length} of ${lines.length}, not ${missed.join(' ')}`)
  for (const folder of [
    'all',
    name
      .split('/')
      .slice(0, name.startsWith('src/') ? 2 : 1)
      .join('/'),
  ]) {
    const sum = folders.get(folder) ?? { lines: 0, missed: 0 }
    folders.set(folder, { lines: sum.lines + lines.length, missed: sum.missed + missed.length })
  }
}
console.log('| folder | lines | run |\n|---|---|---|')
for (const [folder, { lines, missed }] of [...folders].sort())
  console.log(`| ${folder} | ${lines} | ${((100 * (lines - missed)) / lines).toFixed(1)} % |`)
