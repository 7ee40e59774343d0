import { workerData } from 'node:worker_threads'
import { answerRequests } from './lane.js'
import { StaticModel } from './static.js'

/** Worker of `EmbedPool`: texts → one Float32Array of texts × dims. */
const { folder } = workerData as { folder: string }
const loading = StaticModel.load(folder)
loading.catch(() => {}) // every request reports it

answerRequests(async (texts: string[]) => {
  const model = await loading
  const vectors = new Float32Array(texts.length * model.dims)
  for (const [i, text] of texts.entries()) {
    model.embedInto(model.pieces(text), undefined, vectors.subarray(i * model.dims, (i + 1) * model.dims))
  }
  return vectors
})
