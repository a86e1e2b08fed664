// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayEngine
import RelayStore

/// A letter as our chain keeps it.
struct LetterOnChain: Hashable, Sendable {
    let client: String
    let letter: Letter
    let bytes: [UInt8]

    /// Where a chain keeps the letters of one client, each under its key.
    static func prefix(_ client: String) -> [UInt8] { Array("letter/\(client)/".utf8) }

    /// Nil for bytes that are no letter, or one of another key than it stands under.
    init?(client: String, key: [UInt8], value: [UInt8]) {
        let prefix = LetterOnChain.prefix(client)
        guard key.starts(with: prefix), let letter = try? Letter(reading: value),
            let name = String(validating: key.dropFirst(prefix.count), as: UTF8.self),
            name == letter.key.description
        else { return nil }
        self.client = client
        self.letter = letter
        bytes = value
    }
}

extension LetterBook {
    /// Clients that letters of ours go by, or may come by.
    func clients(and peers: [LetterPeer]) -> [String] {
        let known = openCases.compactMap(\.client) + outbox.values.map(\.client)
        return Set(known + peers.map(\.client)).sorted()
    }

    /// Letters of our institution that our chain has and that we do not have, or have otherwise.
    func differing(_ found: [LetterOnChain]) throws -> [LetterOnChain] {
        let ours = configuration.institution
        return try found.filter { item in
            let letter = item.letter
            let own = letter.side == .transferIn ? letter.key.institution : letter.transferOut
            guard own == ours else { return false }
            guard let known = try find(letter.key) else { return true }
            return !known.letter.tellsTheSame(as: letter)
        }
    }

    /// Puts letters where our chain has them: the chain is the truth, events are hints. Words of
    /// ours that it has are no longer on their way. `cursor`: blocks up to there are passed over in
    /// the same commit.
    func reseat(
        _ found: [LetterOnChain], cursor next: UInt64?, height: UInt64, now: Timestamp
    ) throws -> [LetterKey] {
        var rows: [LetterEventRow] = []
        var changes: [LetterChange] = []
        var arrived: [UInt64] = []
        for item in found {
            let letter = item.letter
            log(
                EngineNote(
                    level: .warning, code: "letters/reseated",
                    detail: "letter \(letter.key) is in \(letter.state.rawValue) on our chain"))
            rows.append(
                LetterEventRow(
                    letter: letter.key.description, kind: .reseated, height: height, time: now,
                    body: item.bytes))
            let taken =
                letter.entries.map(\.statement.id.sequence)
                + (letter.pending.map { [$0.statement.id.sequence] } ?? [])
            for sequence in taken {
                guard var word = outbox[sequence], word.letter == letter.key.description
                else { continue }
                word.step = .onChain
                changes.append(.word(word))
                arrived.append(sequence)
            }
        }
        if let next { changes.append(.cursor(next)) }
        let touched = try commit(changes, rows, now: now)
        forget(arrived, cursor: next)
        return touched
    }
}
