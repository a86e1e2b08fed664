// SPDX-License-Identifier: Apache-2.0

import LightClient

/// The statements of `letters.db`.
final class LetterTables {
    private let count: Statement
    private let setCursor: Statement
    private let putLetter: Statement
    private let getLetter: Statement
    private let getKeys: Statement
    private let getOpen: Statement
    private let getRows: Statement
    private let getLastNumber: Statement
    private let putEvent: Statement
    private let getEvents: Statement
    private let putWord: Statement
    private let getWord: Statement
    private let getOpenWords: Statement
    private let putArrival: Statement
    private let getArrival: Statement
    private let getSuspense: Statement
    let answers: AnswerTable
    let keys: LetterKeyTables

    private static let word =
        "SELECT sequence, letter, act, client, timeout, value, content, step, tx, tx_hash, "
        + "tx_height, code FROM letter_word "

    init(_ database: Database) throws {
        count = try database.prepare("UPDATE journal SET commits = commits + 1")
        setCursor = try database.prepare("UPDATE letter_cursor SET height = ?1")
        putLetter = try database.prepare(
            "INSERT OR REPLACE INTO letter VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
        getLetter = try database.prepare("SELECT * FROM letter WHERE key = ?1")
        getKeys = try database.prepare("SELECT key FROM letter WHERE number = ?1 LIMIT 8")
        getOpen = try database.prepare("SELECT key FROM letter WHERE ended = 0")
        getRows = try database.prepare(
            """
            SELECT * FROM letter WHERE (?1 = '' OR state = ?1) AND (?2 = 0 OR ended = 0)
            AND (?3 = 0 OR overdue > 0) ORDER BY changed DESC LIMIT ?4
            """)
        getLastNumber = try database.prepare(
            """
            SELECT max(substr(letter, 17)) FROM (
                SELECT key AS letter FROM letter WHERE key >= ?1 AND key < ?2
                UNION ALL
                SELECT letter FROM letter_word WHERE letter >= ?1 AND letter < ?2)
            """)
        putEvent = try database.prepare(
            "INSERT INTO letter_event (letter, kind, height, time, packet, body) "
                + "VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
        getEvents = try database.prepare(
            "SELECT kind, height, time, packet, body FROM letter_event WHERE letter = ?1 "
                + "ORDER BY id")
        putWord = try database.prepare(
            "INSERT OR REPLACE INTO letter_word VALUES "
                + "(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)")
        getWord = try database.prepare(LetterTables.word + "WHERE sequence = ?1")
        getOpenWords = try database.prepare(
            LetterTables.word + "WHERE step < 2 ORDER BY sequence")
        putArrival = try database.prepare(
            "INSERT OR REPLACE INTO letter_arrival VALUES (?1, ?2, ?3, ?4, ?5)")
        getArrival = try database.prepare("SELECT * FROM letter_arrival WHERE mark = ?1")
        getSuspense = try database.prepare(
            "SELECT * FROM letter_arrival WHERE letter = '' ORDER BY time")
        answers = try AnswerTable(database, "letter_answer", scope: "application")
        keys = try LetterKeyTables(database)
    }

    func countCommit() throws { try count.run() }

    // MARK: Writing

    func write(_ change: LetterChange) throws {
        switch change {
        case .letter(let row): try write(row)
        case .event(let row):
            putEvent.bind(1, row.letter)
            putEvent.bind(2, Int64(row.kind.rawValue))
            putEvent.bind(3, row.height)
            putEvent.bind(4, row.time.unixNanoseconds)
            putEvent.bind(5, row.packet)
            putEvent.bind(6, copying: row.body)
            try putEvent.run()
        case .word(let row): try write(row)
        case .arrival(let row):
            putArrival.bind(1, copying: row.mark.bytes)
            putArrival.bind(2, row.letter)
            putArrival.bind(3, row.time.unixNanoseconds)
            putArrival.bind(4, row.reason)
            putArrival.bind(5, copying: row.notice)
            try putArrival.run()
        case .answer(let answer): try answers.write(answer)
        case .cursor(let height):
            setCursor.bind(1, height)
            try setCursor.run()
        case .vaultKey(let key): try keys.write(vaultKey: key)
        case .retired(let key, let time): try keys.write(retired: key, at: time)
        case .content(let packet, let content): try keys.write(content: content, of: packet)
        case .forgetAnswers(let moment): try answers.forget(expiredBy: moment)
        }
    }

    private func write(_ row: LetterRow) throws {
        putLetter.bind(1, row.key)
        putLetter.bind(2, row.number)
        putLetter.bind(3, row.side)
        putLetter.bind(4, row.other)
        putLetter.bind(5, row.state)
        putLetter.bind(6, Int64(row.isEnded ? 1 : 0))
        putLetter.bind(7, row.changed.unixNanoseconds)
        putLetter.bind(8, row.due)
        putLetter.bind(9, Int64(row.overdue))
        try putLetter.run()
    }

    private func write(_ row: LetterWordRow) throws {
        putWord.bind(1, row.sequence)
        putWord.bind(2, row.letter)
        putWord.bind(3, row.act)
        putWord.bind(4, row.client)
        putWord.bind(5, row.timeout)
        putWord.bind(6, copying: row.value)
        putWord.bind(7, copying: row.content)
        putWord.bind(8, Int64(row.step.rawValue))
        putWord.bind(9, copying: row.transaction)
        putWord.bind(10, copying: row.hash)
        putWord.bind(11, row.lastHeight)
        putWord.bind(12, row.code)
        try putWord.run()
    }

    // MARK: Reading

    private func all<Value>(_ statement: Statement, _ read: (Statement) -> Value?) throws
        -> [Value]
    {
        defer { statement.reset() }
        var values: [Value] = []
        while try statement.step() {
            if let value = read(statement) { values.append(value) }
        }
        return values
    }

    func row(_ key: String) throws -> LetterRow? {
        getLetter.bind(1, key)
        return try all(getLetter, LetterTables.letter).first
    }

    func keys(_ number: String) throws -> [String] {
        getKeys.bind(1, number)
        return try all(getKeys) { $0.text(0) }
    }

    func openKeys() throws -> [String] { try all(getOpen) { $0.text(0) } }

    func rows(_ query: LetterQuery) throws -> [LetterRow] {
        getRows.bind(1, query.state ?? "")
        getRows.bind(2, Int64(query.openOnly ? 1 : 0))
        getRows.bind(3, Int64(query.overdueOnly ? 1 : 0))
        getRows.bind(4, Int64(query.limit))
        return try all(getRows, LetterTables.letter)
    }

    private static func letter(_ row: Statement) -> LetterRow? {
        LetterRow(
            key: row.text(0), number: row.text(1), side: row.text(2), other: row.text(3),
            state: row.text(4), isEnded: row.integer(5) != 0,
            changed: Timestamp(unixNanoseconds: row.integer(6)), due: row.text(7),
            overdue: Int(row.integer(8)))
    }

    func lastNumber(_ institution: String, _ prefix: String) throws -> String? {
        getLastNumber.bind(1, "\(institution)/\(prefix)")
        getLastNumber.bind(2, "\(institution)/\(prefix):")
        let found = try all(getLastNumber) { $0.isNull(0) ? nil : $0.text(0) }.first
        return found.flatMap { $0.isEmpty ? nil : $0 }
    }

    func events(_ key: String) throws -> [LetterEventRow] {
        getEvents.bind(1, key)
        return try all(getEvents) { row in
            LetterEventRow.Kind(rawValue: Int(row.integer(0))).map { kind in
                LetterEventRow(
                    letter: key, kind: kind, height: row.unsigned(1),
                    time: Timestamp(unixNanoseconds: row.integer(2)), packet: row.text(3),
                    body: row.bytes(4))
            }
        }
    }

    func word(_ sequence: UInt64) throws -> LetterWordRow? {
        getWord.bind(1, sequence)
        return try all(getWord, LetterTables.word).first
    }

    func openWords() throws -> [LetterWordRow] { try all(getOpenWords, LetterTables.word) }

    private static func word(_ row: Statement) -> LetterWordRow? {
        var word = LetterWordRow(
            sequence: row.unsigned(0), letter: row.text(1), act: row.text(2),
            client: row.text(3), timeout: row.unsigned(4), value: row.bytes(5),
            content: row.bytes(6))
        guard let step = LetterWordRow.Step(rawValue: Int(row.integer(7))) else { return nil }
        word.step = step
        word.transaction = row.bytes(8)
        word.hash = row.bytes(9)
        word.lastHeight = row.unsigned(10)
        word.code = row.text(11)
        return word
    }

    func arrival(_ mark: Digest) throws -> LetterArrivalRow? {
        getArrival.bind(1, copying: mark.bytes)
        return try all(getArrival, LetterTables.arrival).first
    }

    func suspense() throws -> [LetterArrivalRow] { try all(getSuspense, LetterTables.arrival) }

    private static func arrival(_ row: Statement) -> LetterArrivalRow? {
        Digest(row.bytes(0)).map { mark in
            LetterArrivalRow(
                mark: mark, letter: row.text(1), time: Timestamp(unixNanoseconds: row.integer(2)),
                reason: row.text(3), notice: row.bytes(4))
        }
    }
}
