/**
 * Just enough of ONNX's protobuf (onnx.proto, IR 8, opset 17) to write a tiny transformer encoder with random weights:
 * one attention head, residual, layer normalisation. No dependency, nothing downloaded.
 */
type Bytes = number[]

const varint = (value: number): Bytes => {
  const out: Bytes = []
  for (let v = BigInt(value); ; v >>= 7n) {
    if (v < 128n) return [...out, Number(v)]
    out.push(Number(v & 127n) | 128)
  }
}
const int = (field: number, value: number): Bytes => [...varint(field << 3), ...varint(value)]
const bytes = (field: number, body: ArrayLike<number>): Bytes => [
  ...varint((field << 3) | 2),
  ...varint(body.length),
  ...Array.from(body),
]
const text = (field: number, value: string) => bytes(field, new TextEncoder().encode(value))
const float = (field: number, value: number) => [
  ...varint((field << 3) | 5),
  ...new Uint8Array(new Float32Array([value]).buffer),
]

const FLOAT = 1
const INT64 = 7

function tensor(name: string, dims: number[], values: Float32Array | BigInt64Array): Bytes {
  const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  const type = values instanceof Float32Array ? FLOAT : INT64
  return bytes(5, [...dims.flatMap((d) => int(1, d)), ...int(2, type), ...text(8, name), ...bytes(9, raw)])
}

function node(op: string, inputs: string[], output: string, attributes: Record<string, number | number[]> = {}): Bytes {
  const encoded = Object.entries(attributes).flatMap(([name, value]) => {
    if (Array.isArray(value)) return bytes(5, [...text(1, name), ...value.flatMap((v) => int(8, v)), ...int(20, 7)])
    const whole = Number.isInteger(value)
    return bytes(5, [...text(1, name), ...(whole ? int(3, value) : float(2, value)), ...int(20, whole ? 2 : 1)])
  })
  return bytes(1, [...inputs.flatMap((i) => text(1, i)), ...text(2, output), ...text(4, op), ...encoded])
}

function value(field: number, name: string, type: number, dims: (string | number)[]): Bytes {
  const shape = dims.flatMap((d) => bytes(1, typeof d === 'number' ? int(1, d) : text(2, d)))
  return bytes(field, [...text(1, name), ...bytes(2, bytes(1, [...int(1, type), ...bytes(2, shape)]))])
}

export interface TinyEncoder {
  model: Uint8Array
  /** vocabulary × dims */
  embeddings: Float32Array
  weights: Record<'wq' | 'wk' | 'wv', Float32Array>
}

/** Inputs input_ids, attention_mask, token_type_ids (batch × tokens); output last_hidden_state (batch × tokens × dims). */
export function tinyEncoder(vocabulary: number, dims: number, seed = 1): TinyEncoder {
  const { embeddings, weights, nodes } = encoderNodes(vocabulary, dims, seed)
  const output = value(12, 'last_hidden_state', FLOAT, ['batch', 'tokens', dims])
  return { model: modelOf([...nodes, ...output]), embeddings, weights }
}

/** The same encoder with a linear head on its first token; output logits (batch × outputs). */
export function tinyCrossEncoder(
  vocabulary: number,
  dims: number,
  outputs = 1,
  seed = 1,
): { model: Uint8Array; head: Float32Array } {
  const { nodes } = encoderNodes(vocabulary, dims, seed)
  const head = randomFloats(seed + 1)(dims * outputs)
  const graph = [
    ...node('Gather', ['last_hidden_state', 'first'], 'cls', { axis: 1 }),
    ...node('MatMul', ['cls', 'head'], 'logits'),
    ...tensor('head', [dims, outputs], head),
    ...scalar('first', 0n),
    ...value(12, 'logits', FLOAT, ['batch', outputs]),
  ]
  return { model: modelOf([...nodes, ...graph]), head }
}

function randomFloats(seed: number): (length: number) => Float32Array {
  let state = seed
  return (length) =>
    Float32Array.from({ length }, () => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0
      return state / 2 ** 31 - 1
    })
}

function encoderNodes(vocabulary: number, dims: number, seed: number): Omit<TinyEncoder, 'model'> & { nodes: Bytes } {
  const random = randomFloats(seed)
  const embeddings = random(vocabulary * dims)
  const weights = { wq: random(dims * dims), wk: random(dims * dims), wv: random(dims * dims) }
  const square = Object.entries(weights).flatMap(([name, w]) => tensor(name, [dims, dims], w))
  const nodes = [
    ...node('Gather', ['embeddings', 'input_ids'], 'x'),
    ...node('MatMul', ['x', 'wq'], 'q'),
    ...node('MatMul', ['x', 'wk'], 'k'),
    ...node('MatMul', ['x', 'wv'], 'v'),
    ...node('Transpose', ['k'], 'kt', { perm: [0, 2, 1] }),
    ...node('MatMul', ['q', 'kt'], 'raw'),
    ...node('Cast', ['attention_mask'], 'mask', { to: FLOAT }),
    ...node('Sub', ['one', 'mask'], 'hidden'),
    ...node('Mul', ['hidden', 'far'], 'penalty'),
    ...node('Unsqueeze', ['penalty', 'axis'], 'penalties'),
    ...node('Sub', ['raw', 'penalties'], 'scores'),
    ...node('Softmax', ['scores'], 'attention', { axis: 2 }),
    ...node('MatMul', ['attention', 'v'], 'mixed'),
    ...node('Add', ['x', 'mixed'], 'sum'),
    ...node('LayerNormalization', ['sum', 'gain', 'bias'], 'last_hidden_state'),
    ...text(2, 'tiny'),
    ...tensor('embeddings', [vocabulary, dims], embeddings),
    ...square,
    ...tensor('one', [1], Float32Array.of(1)),
    ...tensor('far', [1], Float32Array.of(1e4)),
    ...tensor('axis', [1], BigInt64Array.of(1n)),
    ...tensor('gain', [dims], new Float32Array(dims).fill(1)),
    ...tensor('bias', [dims], new Float32Array(dims)),
    ...value(11, 'input_ids', INT64, ['batch', 'tokens']),
    ...value(11, 'attention_mask', INT64, ['batch', 'tokens']),
    ...value(11, 'token_type_ids', INT64, ['batch', 'tokens']),
  ]
  return { embeddings, weights, nodes }
}

const scalar = (name: string, n: bigint): Bytes => tensor(name, [], BigInt64Array.of(n))

const modelOf = (graph: Bytes): Uint8Array =>
  Uint8Array.from([...int(1, 8), ...bytes(7, graph), ...bytes(8, [...text(1, ''), ...int(2, 17)])])
