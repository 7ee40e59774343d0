/**
 * The one matrix product of training, C = A·Bᵀ for row-major float32, as a hand-written WebAssembly module with SIMD on
 * shared memory: 5 to 8 times as fast as the same loop in JavaScript, and the bytes are 400.
 * Blocks of 2 rows of A by 4 rows of B keep eight sums in registers: six loads for 32 products.
 */
export interface Kernel {
  /**
   * C[i][j] = Σ A[i][l]·B[j][l]. All arguments are in bytes except `m` and `n`.
   * @param m rows of A, even; n rows of B, a multiple of 4; k length of the sum in bytes, a multiple of 16
   * @param lda ldb ldc distance between rows in bytes
   */
  product(a: number, b: number, c: number, m: number, n: number, k: number, lda: number, ldb: number, ldc: number): void
}

const I32 = 0x7f
const V128 = 0x7b
const [LOCAL_GET, LOCAL_SET] = [0x20, 0x21]
const [LOOP, END, BR_IF, VOID] = [0x03, 0x0b, 0x0d, 0x40]
const [I32_CONST, I32_ADD, I32_SUB, I32_LT_U, I32_SHL] = [0x41, 0x6a, 0x6b, 0x49, 0x74]
const [F32_ADD, F32_STORE] = [0x92, 0x38]
const SIMD = 0xfd

const leb = (value: number): number[] => {
  const out: number[] = []
  for (let v = value; ; v >>>= 7) {
    if (v < 128) return [...out, v]
    out.push((v & 127) | 128)
  }
}
const sized = (id: number, body: number[]) => [id, ...leb(body.length), ...body]
const simd = (op: number) => [SIMD, ...leb(op)]
const get = (local: number) => [LOCAL_GET, local]
const set = (local: number, ...value: number[]) => [...value, LOCAL_SET, local]
const load = (pointer: number) => [...get(pointer), ...simd(0x00), 4, 0]
const add = (a: number, b: number) => [...get(a), ...get(b), I32_ADD]
const add16 = (local: number) => set(local, ...get(local), I32_CONST, 16, I32_ADD)

// locals: nine parameters, then pointers, then vectors
const [A, B, C, M, N, K, LDA, LDB, LDC] = [0, 1, 2, 3, 4, 5, 6, 7, 8]
const [BP, CP, J, STOP, PA0, PA1, PB0] = [9, 10, 11, 12, 13, 14, 15]
const ROWS_OF_B = [PB0, 16, 17, 18]
const FIRST_SUM = 19
const [VA0, VA1, VB] = [27, 28, 29]

function inner(): number[] {
  const products = ROWS_OF_B.flatMap((pointer, column) => {
    const accumulate = (row: number, va: number) => {
      const sum = FIRST_SUM + row * 4 + column
      return set(sum, ...get(sum), ...get(va), ...get(VB), ...simd(0xe6), ...simd(0xe4)) // f32x4.mul, f32x4.add
    }
    return [...set(VB, ...load(pointer)), ...accumulate(0, VA0), ...accumulate(1, VA1), ...add16(pointer)]
  })
  return [
    ...[LOOP, VOID, ...set(VA0, ...load(PA0)), ...set(VA1, ...load(PA1)), ...products, ...add16(PA0), ...add16(PA1)],
    ...[...get(PA0), ...get(STOP), I32_LT_U, BR_IF, 0, END],
  ]
}

/** Stores the sum over the four lanes of each accumulator. */
function store(): number[] {
  const lane = (sum: number, index: number) => [...get(sum), ...simd(0x1f), index]
  return [0, 1].flatMap((row) =>
    [0, 1, 2, 3].flatMap((column) => {
      const sum = FIRST_SUM + row * 4 + column
      const total = [...lane(sum, 0), ...lane(sum, 1), F32_ADD, ...lane(sum, 2), ...lane(sum, 3), F32_ADD, F32_ADD]
      const address = row === 0 ? get(CP) : add(CP, LDC)
      return [...address, ...total, F32_STORE, 2, column * 4]
    }),
  )
}

function code(): number[] {
  const zero = [...simd(0x0c), ...new Array(16).fill(0)]
  const sums = Array.from({ length: 8 }, (_, i) => set(FIRST_SUM + i, ...zero)).flat()
  const pointers = [
    ...set(PA0, ...get(A)),
    ...set(PA1, ...add(A, LDA)),
    ...set(STOP, ...add(A, K)),
    ...set(PB0, ...get(BP)),
    ...[1, 2, 3].flatMap((i) => set(ROWS_OF_B[i]!, ...add(ROWS_OF_B[i - 1]!, LDB))),
  ]
  const columns = [
    ...[LOOP, VOID, ...sums, ...pointers, ...inner(), ...store()],
    ...set(BP, ...get(BP), ...get(LDB), I32_CONST, 2, I32_SHL, I32_ADD),
    ...add16(CP),
    ...set(J, ...get(J), I32_CONST, 4, I32_SUB),
    ...[...get(J), BR_IF, 0, END],
  ]
  const rows = [
    ...[LOOP, VOID, ...set(BP, ...get(B)), ...set(CP, ...get(C)), ...set(J, ...get(N)), ...columns],
    ...set(A, ...get(A), ...get(LDA), I32_CONST, 1, I32_SHL, I32_ADD),
    ...set(C, ...get(C), ...get(LDC), I32_CONST, 1, I32_SHL, I32_ADD),
    ...set(M, ...get(M), I32_CONST, 2, I32_SUB),
    ...[...get(M), BR_IF, 0, END],
  ]
  const locals = [2, 10, I32, 11, V128]
  return [...locals, ...rows, END]
}

/** @param memory shared, as large as `pages` says (64 KiB each) */
export function kernel(memory: WebAssembly.Memory, pages: number): Kernel {
  const name = (text: string) => [text.length, ...new TextEncoder().encode(text)]
  const body = code()
  const bytes = Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...sized(1, [1, 0x60, 9, ...new Array(9).fill(I32), 0]),
    ...sized(2, [1, ...name('m'), ...name('m'), 2, 3, ...leb(pages), ...leb(pages)]),
    ...sized(3, [1, 0]),
    ...sized(7, [1, ...name('product'), 0, 0]),
    ...sized(10, [1, ...leb(body.length), ...body]),
  ])
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { m: { m: memory } })
  return instance.exports as unknown as Kernel
}

export function sharedMemory(bytes: number): { memory: WebAssembly.Memory; pages: number } {
  const pages = Math.ceil(bytes / 65536)
  return { memory: new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true }), pages }
}
