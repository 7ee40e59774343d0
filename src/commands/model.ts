import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Command } from 'commander'
import { ModelGenerations } from '../embed/generations.js'
import { pullModel } from '../embed/hub.js'
import { type Dtype, ONNX_FILES } from '../embed/model-config.js'
import { type CommonOptions, common, print, settingsOf, usageError } from './command.js'
import { refreshModel } from './refresh-model.js'

/** The hub's address unless HF_ENDPOINT, which the hub's own tools read, names a mirror. */
const HUB = 'https://huggingface.co'

export function register(program: Command): void {
  const model = program
    .command('model')
    .description('embedding models: fetch one from the hub, list, go back to the one before')
  common(
    model
      .command('pull <id>')
      .description(
        'fetch a model once, to be used with MATCHGRAPH_MODEL=<id>, or a cross-encoder for MATCHGRAPH_RERANKER=<id>',
      )
      .option('--dtype <dtype>', `precision of the weights: ${ONNX_FILES.map(([dtype]) => dtype).join(', ')}`, 'fp32'),
  ).action(async (id: string, options: CommonOptions & { dtype: string }) => {
    if (!ONNX_FILES.some(([dtype]) => dtype === options.dtype))
      throw usageError(`--dtype ${options.dtype} is not known.`)
    const folder = await pullModel(id, {
      cacheDir: modelsFolder(options),
      host: (process.env.HF_ENDPOINT ?? HUB).replace(/\/$/, ''),
      dtype: options.dtype as Dtype,
      onFile: (file) => process.stderr.write(`fetching ${file}\n`),
    })
    print(options, { id, folder }, () => `${folder}\n${wayToUse(id, folder)}`)
  })
  common(model.command('list').description('the tuned models of the home, and which is in use')).action(
    (options: CommonOptions) => {
      const generations = new ModelGenerations(modelsFolder(options))
      const models = [0, ...generations.list()]
      const { current } = generations
      const line = (n: number) => `${n === current ? '*' : ' '} ${n} ${n === 0 ? 'bundled' : 'tuned'}`
      print(options, { current, models }, () => models.map(line).join('\n'))
    },
  )
  common(model.command('rollback').description('use the model before the current one, and index with it')).action(
    async (options: CommonOptions) => {
      const current = new ModelGenerations(modelsFolder(options)).rollback()
      await refreshModel(options)
      print(
        options,
        { current },
        () =>
          `Back to ${current === 0 ? 'the bundled model' : `model ${current}`}; a running server takes it up by itself.`,
      )
    },
  )
}

const modelsFolder = (options: CommonOptions): string => path.join(settingsOf(options).MATCHGRAPH_HOME, 'models')

function wayToUse(id: string, folder: string): string {
  const config = readFileSync(path.join(folder, 'config.json'), 'utf8')
  return config.includes('ForSequenceClassification')
    ? `It is a cross-encoder: start the server with MATCHGRAPH_RERANKER=${id}.`
    : `Use it with MATCHGRAPH_MODEL=${id}, then run "matchgraph index".`
}
