import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Command } from 'commander'
import { loadQuerySet } from '../../indexer/fit/query-set.js'
import { exportModel } from '../../indexer/train/export.js'
import { publishedExam } from '../../indexer/train/published-exam.js'
import { recordedNeeds } from '../../indexer/train/recorded-needs.js'
import { type TuneDocument, type TuneReport, tune } from '../../indexer/train/tune.js'
import { ModelGenerations } from '../embed/generations.js'
import { bundledModelFolder } from '../embed/load.js'
import { StaticModel } from '../embed/static.js'
import type { Store } from '../store/store.js'
import { type CommonOptions, common, print, settingsOf, usageError } from './command.js'
import { dataFolder, openHome } from './open.js'
import { refreshModel } from './refresh-model.js'
import { trainingProgress } from './training-progress.js'

interface TuneOptions extends CommonOptions {
  exam?: string[]
  seed: string
  dryRun?: boolean
}

export function register(program: Command): void {
  common(
    program
      .command('tune')
      .description(
        'tune the embedding model to the catalogue and the recorded matches; publishes it only when it is better',
      )
      .option('--exam <dir...>', 'query sets that must not get worse, beside the published exam')
      .option('--seed <n>', 'the same seed and data give the same model', '1')
      .option('--dry-run', 'measure and say, publish nothing'),
  ).action(async (options: TuneOptions) => {
    const report = await tuneHome(options)
    if (report.published !== undefined) await refreshModel(options)
    print(options, report, () => summary(report))
  })
}

async function tuneHome(options: TuneOptions): Promise<TuneReport & { published?: number }> {
  const settings = settingsOf(options)
  if (settings.MATCHGRAPH_MODEL) throw usageError('tune works on the bundled model; unset MATCHGRAPH_MODEL.')
  const generations = new ModelGenerations(path.join(settings.MATCHGRAPH_HOME, 'models'))
  const baseFolder = generations.currentFolder() ?? bundledModelFolder()
  const base = await StaticModel.load(baseFolder)
  const progress = trainingProgress()
  const opened = await openHome(settings)
  try {
    const exams = [await publishedExam(dataFolder()), ...(options.exam ?? []).map(loadQuerySet)]
    const input = { documents: await documentsOf(opened.store), needs: await recordedNeeds(opened.store.log), exams }
    const { model, state, report } = await tune(base, input, {
      seed: Number(options.seed),
      workers: 2,
      signal: progress.signal,
      onProgress: progress.report,
    })
    if (!model || options.dryRun || progress.signal.aborted) return report
    const tokenizer = readFileSync(path.join(baseFolder, 'tokenizer.json'), 'utf8')
    const published = generations.publish((folder) =>
      exportModel(folder, state, model.queryWeights, { tokenizer, notes: notes(report) }),
    )
    return { ...report, published }
  } finally {
    progress.stop()
    await opened.close()
  }
}

async function documentsOf(store: Store): Promise<TuneDocument[]> {
  const documents: TuneDocument[] = []
  for await (const { capabilities } of store.catalogue.tools()) documents.push(...capabilities)
  return documents
}

function summary(report: TuneReport & { published?: number }): string {
  const { pairs, heldOut, exams, share, requestPower, refused, published } = report
  const change = (name: string, { before, after }: { before: number; after: number }) =>
    `  ${name}: ${before.toFixed(4)} → ${after.toFixed(4)}`
  return [
    `${pairs.needs} recorded needs and ${pairs.catalogue} pairs of the catalogue; ${pairs.heldOut} needs held out.`,
    'Semantic nDCG@10:',
    change('held-out needs', heldOut),
    ...exams.map((exam) => change(exam.name, exam)),
    refused ??
      `${Math.round(share * 100)} % of the change is kept; words that needs have whatever they ask for weigh less in queries (power ${requestPower}).`,
    published === undefined
      ? 'Nothing was published.'
      : `Published as model ${published}; a running server takes it up by itself. "matchgraph model rollback" goes back.`,
  ].join('\n')
}

const notes = (report: TuneReport) =>
  `# A tuned embedding model\n\nMade by \`matchgraph tune\` on this home.\n\n\`\`\`json\n${JSON.stringify(report, null, 1)}\n\`\`\`\n`
