/**
 * Bundles the program and its packages into one file, dist/src/bundle/program.cjs, which dist/src/cli.js runs: a start reads 17 files instead of
 * 552. What is asked for seldom is in it too, but not run before it is asked for; native modules and packages that need not be there stay outside.
 */
import fs from 'node:fs'
import path from 'node:path'
import { build } from 'rolldown'

const FOLDER = 'dist/src/bundle'

/** Worker threads are files of their own, beside the program as they stand beside whatever starts them in the source. */
const WORKERS = [
  'src/embed/static-worker.ts',
  'src/embed/transformers-worker.ts',
  'src/store/sqlite/checkpoint-worker.ts',
  'indexer/train/train-worker.ts',
]

const OPTIONS = { platform: 'node', external: ['better-sqlite3', 'pg', '@huggingface/transformers'] }
const OUTPUT = { dir: FOLDER, codeSplitting: false, strict: true, comments: false, sourcemap: true }

/** The folder of the package that a module is of; undefined for our own. */
const packageOf = (id) => /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1]

function licenceOf(folder) {
  const { name, version, license } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'))
  const file = fs.readdirSync(folder).find((one) => /^licen[cs]e(\.|$)/i.test(one))
  return `${name} ${version}: ${license}\n\n${file ? fs.readFileSync(path.join(folder, file), 'utf8').trim() : ''}\n`
}

/** Characters beyond ASCII as escapes, which mean the same in strings, templates and patterns: V8 then takes a byte each, not two. */
const escaped = (code) =>
  code.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)

fs.rmSync(FOLDER, { recursive: true, force: true })
const made = []
for (const input of WORKERS) made.push(await build({ ...OPTIONS, input, output: OUTPUT }))
const program = await build({
  ...OPTIONS,
  input: 'src/program.ts',
  output: { ...OUTPUT, format: 'cjs', entryFileNames: 'program.cjs' },
  write: false,
})
made.push(program)
const [{ code, map }] = program.output
const file = path.join(FOLDER, 'program.cjs')
// as a function of what Node gives a module, because cli.ts compiles it; `import()` is given too, since V8 forgets whose it is in what it keeps
const body = escaped(code).replaceAll(/\bimport\(/g, '__import(')
fs.writeFileSync(file, `(function (exports, require, module, __filename, __dirname, __import) {${body}\n})\n`)
fs.writeFileSync(`${file}.map`, map.toString())

const modules = made.flatMap(({ output }) => output.flatMap(({ modules }) => Object.keys(modules ?? {})))
const packages = [...new Set(modules.map(packageOf).filter(Boolean))]
// licences ask to go wherever the code goes
fs.writeFileSync(path.join(FOLDER, 'LICENSES.txt'), packages.sort().map(licenceOf).join('\n'))
