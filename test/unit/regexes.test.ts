import fs from 'node:fs'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { parseAst } from 'vite'
import { expect, it } from 'vitest'

/** Minutes of work: only in the long suite (FUZZ_RUNS set). */
const LONG = process.env.FUZZ_RUNS !== undefined
const LENGTH = 100_000
const MOST_MS = 1000

/** Every regular expression of ours, by its text: literals as they stand in the sources, and those that core builds. */
async function ours(): Promise<Map<string, RegExp>> {
  const found = new Map<string, RegExp>()
  const keep = (regex: RegExp) => found.set(String(regex), regex)
  const walk = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return
    const { regex } = node as { regex?: { pattern: string; flags: string } | null }
    if (regex) keep(new RegExp(regex.pattern, regex.flags))
    for (const member of Object.values(node)) walk(member)
  }
  const Original = globalThis.RegExp
  globalThis.RegExp = new Proxy(Original, {
    construct: (target, args) => {
      const regex = Reflect.construct(target, args) as RegExp
      keep(regex)
      return regex
    },
  })
  try {
    for (const folder of ['src', 'indexer'])
      for (const name of fs.readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        const kind = path.extname(name).slice(1)
        if (kind !== 'ts' && kind !== 'tsx') continue
        const file = path.join(folder, name)
        walk(parseAst(fs.readFileSync(file, 'utf8'), { lang: kind }))
        if (file.startsWith(path.join('src', 'core'))) await import(path.resolve(file))
      }
  } finally {
    globalThis.RegExp = Original
  }
  return found
}

const ROWS = [
  'a',
  ' ',
  '\n',
  '\t',
  '0',
  '0,',
  '.',
  '-',
  '_',
  '/',
  '"',
  '<',
  '[',
  '(',
  '{',
  'a ',
  'a.',
  '1,',
  '. ',
  ' \n',
]
const ODD = ['“', '漢', '🙂', 'aA', '\\', '&', '#']

/** Rows of what a pattern is made of, with and without an end that makes it fail. */
function hostileTo({ source }: RegExp): string[] {
  const own = source
    .replace(/\\[pPuxkbBdDsSwW](?:\{[^}]*\})?/g, ' ')
    .split(/[\\()[\]{}|?*+^$.:=!<>\s]+/)
    .filter(Boolean)
  const words = [...new Set(own)].slice(0, 8)
  const units = [...ROWS, ...ODD, ...words, ...words.map((word) => `${word} `), words.join(' ') || 'x']
  const row = (unit: string): string => unit.repeat(Math.ceil(LENGTH / unit.length)).slice(0, LENGTH)
  return units.flatMap((unit) => [
    row(unit),
    `${row(unit)}\u0001`,
    `\u0001${row(unit)}`,
    `${words[0] ?? ''}${row(unit)}!`,
  ])
}

const WORK = `
const { parentPort, workerData: { source, flags, texts } } = require('node:worker_threads')
const regex = new RegExp(source, flags)
let worst = { ms: 0, text: '' }
for (const text of texts) {
  const begun = performance.now()
  regex.test(text)
  const ms = performance.now() - begun
  if (ms > worst.ms) worst = { ms, text: text.slice(0, 20) }
}
parentPort.postMessage(worst)`

/** The longest that it takes for one text; a worker, because a regular expression cannot be stopped. */
function slowest(regex: RegExp): Promise<{ ms: number; text: string }> {
  const workerData = { source: regex.source, flags: regex.flags.replace(/[gy]/g, ''), texts: hostileTo(regex) }
  const worker = new Worker(WORK, { eval: true, workerData })
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      resolve({ ms: Number.POSITIVE_INFINITY, text: 'stopped' })
      void worker.terminate()
    }, 60_000)
    worker.once('message', (worst) => {
      clearTimeout(timer)
      resolve(worst)
      void worker.terminate()
    })
    worker.once('error', reject)
  })
}

it.skipIf(!LONG)(
  'every regular expression is done with a hostile text of 100 kB within a second',
  async () => {
    const all = [...(await ours()).values()]
    expect(all.length).toBeGreaterThan(250)
    const slow: string[] = []
    let worst = 0
    for (const regex of all) {
      let { ms, text } = await slowest(regex)
      // once more, when something else may have had the processor
      if (ms > MOST_MS && ms !== Number.POSITIVE_INFINITY) ({ ms, text } = await slowest(regex))
      if (ms > MOST_MS) slow.push(`${ms} ms for ${JSON.stringify(text)}: ${String(regex).slice(0, 120)}`)
      worst = Math.max(worst, ms)
    }
    console.log(`${all.length} regular expressions; the slowest took ${worst.toFixed(0)} ms`)
    expect(slow).toEqual([])
  },
  3_600_000,
)
