import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parentPort, type Transferable, Worker } from 'node:worker_threads'
import { AppError, type ErrorCode } from '../core/errors.js'

interface Answer {
  id: number
  result?: unknown
  error?: { code: ErrorCode; detail: string }
}

interface Waiting {
  resolve(value: never): void
  reject(error: Error): void
}

/**
 * The compiled worker beside a module, or undefined when the program runs from TypeScript and was never built:
 * Node 20 starts no TypeScript in a worker.
 * @param name file name without its ending, e.g. `static-worker`
 */
export function workerFile(moduleUrl: string, name: string): URL | undefined {
  const source = moduleUrl.endsWith('.ts')
  const beside = new URL(`./${name}.js`, moduleUrl)
  const url = source ? new URL(beside.href.replace(/\/(src|indexer)\/(?!.*\/(src|indexer)\/)/, '/dist/$1/')) : beside
  return existsSync(fileURLToPath(url)) ? url : undefined
}

/** One worker thread that answers requests; a promise a request, rejected when the worker dies. */
export class Lane {
  private readonly worker: Worker
  private readonly waiting = new Map<number, Waiting>()
  private next = 0
  private dead: AppError | undefined

  constructor(file: URL, workerData: unknown) {
    this.worker = new Worker(file, { workerData })
    this.worker.unref()
    this.worker.on('message', (answer: Answer) => this.settle(answer))
    this.worker.on('error', (cause) => this.fail(`A worker failed: ${cause instanceof Error ? cause.message : cause}`))
    this.worker.on('exit', (code) => this.fail(`A worker ended with code ${code}.`))
  }

  get busy(): boolean {
    return this.waiting.size > 0
  }

  /** False once the worker has failed or ended: every request is refused from then on. */
  get alive(): boolean {
    return this.dead === undefined
  }

  /** @throws AppError the worker's own, or `internal` when it died */
  request<T>(body: unknown, transfer: readonly Transferable[] = []): Promise<T> {
    if (this.dead) return Promise.reject(this.dead)
    const id = this.next++
    this.worker.ref()
    return new Promise<T>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject })
      this.worker.postMessage({ id, body }, transfer)
    })
  }

  async close(): Promise<void> {
    await this.worker.terminate()
  }

  private settle({ id, result, error }: Answer): void {
    const waiting = this.waiting.get(id)
    this.waiting.delete(id)
    if (this.waiting.size === 0) this.worker.unref()
    if (error) waiting?.reject(new AppError(error.code, error.detail))
    else waiting?.resolve(result as never)
  }

  private fail(why: string): void {
    this.dead ??= new AppError('internal', why)
    for (const { reject } of this.waiting.values()) reject(this.dead)
    this.waiting.clear()
  }
}

/** The other end: answers every request of the parent with what `handle` returns; its buffers are handed over, not copied. */
export function answerRequests<T>(handle: (body: T) => Promise<unknown> | unknown): void {
  parentPort!.on('message', async ({ id, body }: { id: number; body: T }) => {
    try {
      const result = await handle(body)
      parentPort!.postMessage({ id, result }, ArrayBuffer.isView(result) ? [result.buffer as ArrayBuffer] : [])
    } catch (error) {
      const code = error instanceof AppError ? error.code : 'internal'
      parentPort!.postMessage({ id, error: { code, detail: error instanceof Error ? error.message : String(error) } })
    }
  })
}
