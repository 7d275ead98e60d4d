import { randomBytes } from 'node:crypto'
import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { CodedBodies, type CodedBody } from '../../../src/front/compression/coded-bodies.js'

const code = (bodies: CodedBodies, body: Buffer) =>
  new Promise<CodedBody>((resolve, reject) => {
    bodies.code(body, coded => (coded === null ? reject(new Error('none')) : resolve(coded)))
  })

/** Says less than a byte for each byte, but much. */
const long = Buffer.from(randomBytes(100_000).toString('base64'))

describe('CodedBodies', () => {
  test.each([
    ['a small body', Buffer.from('small '.repeat(20)), true],
    ['a body that says little', Buffer.alloc(200_000, 'little '), true],
    ['a body that says much', long, false],
  ])('%s', async (_, body, isMeasured) => {
    const coded = await code(new CodedBodies(), body)
    expect(gunzipSync(coded.body).equals(body)).toBe(true)
    expect(coded.isMeasured).toBe(isMeasured)
  })

  test('is made once, however many ask for it', async () => {
    const bodies = new CodedBodies()
    const [first, ...others] = await Promise.all([1, 2, 3].map(() => code(bodies, long)))
    others.push(await code(bodies, long))
    expect(others.map(coded => coded === first)).toEqual([true, true, true])
  })

  test('belongs to this body, not to one like it', async () => {
    const bodies = new CodedBodies()
    const first = await code(bodies, Buffer.from('text'))
    expect(await code(bodies, Buffer.from('text'))).not.toBe(first)
  })
})
