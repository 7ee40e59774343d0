import fs from 'node:fs'
import path from 'node:path'
import type { Command } from 'commander'
import type { Settings } from '../config.js'
import { AppError } from '../core/errors.js'
import { loadCrossEncoder, loadEmbedder, loadTokenTable } from '../embed/load.js'
import { readManifest } from '../index/search-index.js'
import { verifySeal } from '../index/snapshot.js'
import { openStore } from '../store/open.js'
import type { Store } from '../store/store.js'
import { type CommonOptions, common, print, settingsOf } from './command.js'

/** One thing looked at. `remedy` says what to do when it is not right. */
interface Finding {
  check: string
  state: 'ok' | 'warning' | 'fault'
  detail: string
  remedy?: string
}

/** Less free space than this is a warning, bytes. */
const LEAST_SPACE = 1e9

export function register(program: Command): void {
  common(
    program
      .command('doctor')
      .description('check packages, model, database, index files and disk; say what to do about each fault'),
  ).action(async (options: CommonOptions) => {
    const settings = settingsOf(options)
    const findings = await examine(settings)
    print(options, { home: settings.MATCHGRAPH_HOME, findings }, () => findings.map(asLine).join('\n'))
    if (findings.some(({ state }) => state === 'fault')) process.exitCode = 1
  })
}

const MARKS = { ok: 'ok     ', warning: 'warning', fault: 'FAULT  ' } as const
const asLine = ({ check, state, detail, remedy }: Finding): string =>
  `${MARKS[state]}  ${check.padEnd(12)} ${detail}${remedy ? `\n${' '.repeat(22)}→ ${remedy}` : ''}`

export async function examine(settings: Settings): Promise<Finding[]> {
  const findings = [
    nodeVersion(),
    await optionalPackage('@huggingface/transformers', 'other embedding models'),
    await optionalPackage('pg', 'PostgreSQL'),
  ]
  findings.push(
    await attempt('model', 'Set MATCHGRAPH_MODEL back, or install the package again.', () => modelFinding(settings)),
  )
  const { MATCHGRAPH_RERANKER: reranker } = settings
  if (reranker !== undefined) {
    const remedy = 'Set MATCHGRAPH_RERANKER to a cross-encoder that was pulled, or unset it.'
    findings.push(await attempt('reranker', remedy, () => rerankerFinding(reranker, settings)))
  }
  findings.push(disk(settings.MATCHGRAPH_HOME))
  if (!settings.MATCHGRAPH_DATABASE_URL && !fs.existsSync(path.join(settings.MATCHGRAPH_HOME, 'matchgraph.db'))) {
    findings.push({
      check: 'database',
      state: 'warning',
      detail: `${settings.MATCHGRAPH_HOME} holds nothing yet`,
      remedy: 'Run "matchgraph index" or "matchgraph serve".',
    })
    return findings
  }
  let store: Store | undefined
  findings.push(
    await attempt('database', 'Restore a backup: "matchgraph restore FILE --force".', async () => {
      store = await openStore(settings.MATCHGRAPH_HOME, settings.MATCHGRAPH_DATABASE_URL)
      return databaseFinding(store)
    }),
  )
  if (store) {
    const opened = store
    findings.push(
      await attempt(
        'index',
        'Run "matchgraph index": it is rebuilt from the database. Searches work meanwhile, the start is slower.',
        () => indexFinding(settings, opened),
      ),
    )
    await opened.close()
  }
  return findings
}

function nodeVersion(): Finding {
  const [major, minor] = process.versions.node.split('.').map(Number) as [number, number]
  const right = major > 20 || (major === 20 && minor >= 19)
  return {
    check: 'node',
    state: right ? 'ok' : 'fault',
    detail: process.versions.node,
    ...(!right && { remedy: 'Install Node.js 20.19 or later.' }),
  }
}

async function optionalPackage(name: string, use: string): Promise<Finding> {
  const there = await import(name).then(
    () => true,
    () => false,
  )
  return {
    check: name.replace(/^@.*\//, ''),
    state: 'ok',
    detail: there ? 'installed' : `not installed, and not needed unless you want ${use} (npm i ${name})`,
  }
}

async function modelFinding(settings: Settings): Promise<Finding> {
  const table = await loadTokenTable()
  const embedder = await loadEmbedder(settings.MATCHGRAPH_MODEL, {
    cacheDir: path.join(settings.MATCHGRAPH_HOME, 'models'),
  })
  const [vector] = await embedder.embed(['a short text'], 'document')
  await embedder.close()
  const length = Math.hypot(...vector!)
  if (Math.abs(length - 1) > 1e-3)
    throw new AppError('damaged-file', `the model gives vectors of length ${length.toFixed(3)} instead of 1`)
  return {
    check: 'model',
    state: 'ok',
    detail: `${embedder.model}, ${embedder.dims} dimensions; table of ${table.size} pieces`,
  }
}

async function rerankerFinding(reranker: string, { MATCHGRAPH_HOME }: Settings): Promise<Finding> {
  const encoder = await loadCrossEncoder(reranker, path.join(MATCHGRAPH_HOME, 'models'))
  const [logit] = await encoder.score('a need', ['a text'])
  await encoder.close()
  return { check: 'reranker', state: 'ok', detail: `${reranker} scores a pair: ${logit!.toFixed(2)}` }
}

async function databaseFinding(store: Store): Promise<Finding> {
  const faults = await store.check()
  if (faults.length > 0) throw new AppError('damaged-file', faults.slice(0, 3).join('; '))
  const generation = await store.catalogue.generation()
  return {
    check: 'database',
    state: 'ok',
    detail: generation
      ? `sound; generation ${generation.id}, ${generation.tools} tools, ${generation.capabilities} capabilities`
      : 'sound; nothing indexed yet',
  }
}

async function indexFinding(settings: Settings, store: Store): Promise<Finding> {
  const folder = path.join(settings.MATCHGRAPH_HOME, 'index')
  const manifest = await readManifest(folder)
  for (const seal of manifest.files) await verifySeal(folder, seal)
  const generation = await store.catalogue.generation()
  const behind = generation ? generation.id - manifest.generation : 0
  return {
    check: 'index',
    state: 'ok',
    detail: `checksums agree; generation ${manifest.generation}${behind > 0 ? `, ${behind} behind the database: caught up at the next start` : ''}`,
  }
}

function disk(home: string): Finding {
  let folder = path.resolve(home)
  while (!fs.existsSync(folder)) folder = path.dirname(folder)
  const { bavail, bsize } = fs.statfsSync(folder)
  const free = bavail * bsize
  const detail = `${(free / 1e9).toFixed(1)} GB free at ${folder}`
  return free >= LEAST_SPACE
    ? { check: 'disk', state: 'ok', detail }
    : { check: 'disk', state: 'warning', detail, remedy: 'Make room: a full disk turns matches away with 503.' }
}

/** A check that throws is a fault with its message and the way out. */
async function attempt(check: string, remedy: string, work: () => Promise<Finding>): Promise<Finding> {
  try {
    return await work()
  } catch (error) {
    return {
      check,
      state: 'fault',
      detail: error instanceof AppError ? error.detail : (error as Error).message,
      remedy,
    }
  }
}
