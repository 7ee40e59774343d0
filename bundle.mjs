/**
 * Bundles the program and its packages: dist/src/cli.js and what it loads, dist/src/bundle. A start reads and compiles some seventy files
 * instead of six hundred. What is asked for seldom is in files of its own; native modules and packages that need not be there stay outside.
 */
import fs from 'node:fs'
import path from 'node:path'
import { build } from 'rolldown'

const FOLDER = 'dist/src'

/** Worker threads are files of their own; in one folder with whatever starts them, each stands beside it as in the source. */
const WORKERS = {
  'static-worker': 'src/embed/static-worker.ts',
  'transformers-worker': 'src/embed/transformers-worker.ts',
  'checkpoint-worker': 'src/store/sqlite/checkpoint-worker.ts',
  'train-worker': 'indexer/train/train-worker.ts',
}

/** The folder of the package that a module is of; undefined for our own. */
const packageOf = (id) => /^\0?(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(id)?.[1]

function licenceOf(folder) {
  const { name, version, license } = JSON.parse(fs.readFileSync(path.join(folder, 'package.json'), 'utf8'))
  const file = fs.readdirSync(folder).find((one) => /^licen[cs]e(\.|$)/i.test(one))
  return `${name} ${version}: ${license}\n\n${file ? fs.readFileSync(path.join(folder, file), 'utf8').trim() : ''}\n`
}

fs.rmSync(path.join(FOLDER, 'bundle'), { recursive: true, force: true })
const { output } = await build({
  input: { cli: 'src/cli.ts', ...WORKERS },
  platform: 'node',
  external: ['better-sqlite3', 'pg', '@huggingface/transformers'],
  output: {
    dir: FOLDER,
    entryFileNames: ({ name }) => (name === 'cli' ? 'cli.js' : 'bundle/[name].js'),
    chunkFileNames: 'bundle/[name].js',
    sourcemap: true,
  },
})
const packages = new Set(output.flatMap(({ modules }) => Object.keys(modules ?? {}).map(packageOf)).filter(Boolean))
// licences ask to go wherever the code goes
fs.writeFileSync(path.join(FOLDER, 'bundle/LICENSES.txt'), [...packages].sort().map(licenceOf).join('\n'))
