import { expect, test } from 'vitest'
import { der, objectId, sequence, whole } from '../../../src/cli/https-dev/der-writer.js'
import { derObjectId, derValues } from '../../../src/front/https/der.js'

test('derValues() takes apart what the writer puts together, of any length', () => {
  for (const length of [0, 1, 127, 128, 255, 256, 70_000]) {
    const body = Buffer.alloc(length, 'x')
    const [outer, next] = derValues(Buffer.concat([sequence(der(0x04, body)), der(0x05)]))
    expect(derValues(outer!.body)).toEqual([{ tag: 0x04, body }])
    expect(next).toEqual({ tag: 0x05, body: Buffer.alloc(0) })
  }
})

test('derValues() throws where bytes are missing', () => {
  const bytes = sequence(whole(Buffer.from([0xff])))
  expect(() => derValues(bytes.subarray(0, 3))).toThrow('Internal error')
  expect(() => derValues(bytes.subarray(0, 1))).toThrow('Internal error')
})

test('derObjectId() reads what objectId() writes', () => {
  for (const id of ['1.2.840.113549.1.1.11', '2.5.29.17', '1.3.101.112', '2.5.4.3'])
    expect(derObjectId(derValues(objectId(id))[0]!.body)).toBe(id)
})
