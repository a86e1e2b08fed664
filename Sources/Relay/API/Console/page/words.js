// SPDX-License-Identifier: Apache-2.0
// Which colour a word has. Colour only repeats what a word says.

const bad = new Set(['blocked', 'frozen', 'expired', 'critical', 'failing', 'lost'])
const warn = new Set(['parked', 'paused', 'warning', 'late', 'refreshDue', 'waiting', 'refused',
  'timed-out'])
const good = new Set(['ok', 'up', 'flowing', 'active', 'fresh', 'acknowledged',
  'acknowledgement-delivered'])

export function kindOf(word) {
  if (bad.has(word)) return 'bad'
  if (warn.has(word)) return 'warn'
  return good.has(word) ? 'good' : 'plain'
}

/** A route in one word, and its colour. */
export function standing(route) {
  if (route.paused.length > 0) return { word: 'paused', kind: 'warn' }
  if (route.peer === 'blocked') return { word: 'blocked', kind: 'bad' }
  if (route.peer === 'lost' || route.peer === 'failing') return { word: route.peer, kind: 'bad' }
  if (route.client === 'frozen' || route.client === 'expired') {
    return { word: `client ${route.client}`, kind: 'bad' }
  }
  if (route.parked > 0) return { word: 'packets parked', kind: 'warn' }
  if (route.outgoing + route.incoming === 0) return { word: 'idle', kind: 'good' }
  return { word: 'flowing', kind: 'good' }
}

let caller = ''

export function setCaller(name) {
  caller = name
}

/** Whether this caller may put packets aside; the relay judges it again. */
export function mayAdminister() {
  return caller.startsWith('person/administrator/')
}

/** Whether orders of this caller are taken; the relay judges it again. */
export function mayAct() {
  return caller.startsWith('person/operator/') || caller.startsWith('person/administrator/')
}
