import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hubFolder, pullModel } from '../../../src/embed/hub.js'

let server: Server
let cacheDir: string
let files: Record<string, string>

beforeEach(async () => {
  cacheDir = mkdtempSync(path.join(os.tmpdir(), 'matchgraph-hub-'))
  files = {
    'config.json': '{}',
    'tokenizer.json': '{}',
    'onnx/model.onnx': 'weights',
    '1_Pooling/config.json': '{"a":1}',
  }
  server = createServer((request, response) => {
    const content = files[request.url!.replace('/owner/name/resolve/main/', '')]
    response.statusCode = content === undefined ? 404 : content === 'broken' ? 500 : 200
    response.end(content)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  await new Promise((resolve) => server.close(resolve))
  rmSync(cacheDir, { recursive: true, force: true })
})
const pull = (id = 'owner/name') => {
  const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return pullModel(id, { cacheDir, host, dtype: 'fp32' })
}

describe('model pull', () => {
  it('fetches what the model has into one folder', async () => {
    const folder = await pull()
    expect(folder).toBe(hubFolder(cacheDir, 'owner/name'))
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual(
      ['1_Pooling', '1_Pooling/config.json', 'config.json', 'onnx', 'onnx/model.onnx', 'tokenizer.json'].sort(),
    )
    expect(readFileSync(path.join(folder, '1_Pooling/config.json'), 'utf8')).toBe('{"a":1}')
  })

  it('takes a static table when there is no ONNX file', async () => {
    files = { 'config.json': '{}', 'tokenizer.json': '{}', 'model.safetensors': 'table' }
    expect(readFileSync(path.join(await pull(), 'model.safetensors'), 'utf8')).toBe('table')
  })

  it('keeps the old copy whole when a later pull fails', async () => {
    const folder = await pull()
    files['onnx/model.onnx'] = 'broken'
    files['config.json'] = '{"new":true}'
    await expect(pull()).rejects.toMatchObject({ code: 'unavailable' })
    expect(readFileSync(path.join(folder, 'config.json'), 'utf8')).toBe('{}')
    expect(readdirSync(path.join(cacheDir, 'hub'))).toEqual(['owner--name'])
  })

  it('says what is missing', async () => {
    delete files['tokenizer.json']
    await expect(pull()).rejects.toMatchObject({ code: 'not-found', detail: expect.stringContaining('tokenizer.json') })
    await expect(pull('../elsewhere')).rejects.toMatchObject({ code: 'invalid-parameter' })
    files = { 'config.json': '{}', 'tokenizer.json': '{}' }
    await expect(pull()).rejects.toMatchObject({ code: 'not-found' })
    expect(existsSync(path.join(cacheDir, 'hub', 'owner--name'))).toBe(false)
  })
})
