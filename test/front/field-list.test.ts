import { expect, test } from 'vitest'
import { fieldValue, mergeField, removeField, setField } from '../../src/front/field-list.js'

test('setField(), mergeField() and removeField() find a field however it is spelled', () => {
  const fields = ['X-A', '1', 'connection', 'x']
  setField(fields, 'x-a', '2')
  setField(fields, 'X-B', '3')
  mergeField(fields, 'Connection', 'close')
  mergeField(fields, 'X-C', '4')
  expect(fields).toEqual(['X-A', '2', 'connection', 'x, close', 'X-B', '3', 'X-C', '4'])
  expect([fieldValue(fields, 'x-b'), fieldValue(fields, 'x-d')]).toEqual(['3', null])
  expect([removeField(fields, 'x-b'), removeField(fields, 'x-d')]).toEqual([true, false])
  expect(fields).toEqual(['X-A', '2', 'connection', 'x, close', 'X-C', '4'])
})
