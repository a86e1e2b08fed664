// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors
import RelayEngine
import RelayStore

/// Takes our words to our chain, one transaction at a time: written down, then broadcast, then
/// looked for until it is in a block or can no longer be. A transaction whose outcome is not known
/// is never made anew. Touched on the letters' thread alone.
final class LetterSender {
    private let book: LetterBook
    private let line: AccountLine
    private let now: @Sendable () -> Timestamp
    private let log: @Sendable (EngineNote) -> Void
    /// Runs work on the letters' thread.
    private let post: @Sendable (@escaping @Sendable () -> Void) -> Void
    /// Tells that a letter has changed.
    var changed: (LetterKey) -> Void = { _ in }
    private var isBusy = false
    /// Held from the making of a transaction until it is in a block or can be in none any more.
    private var turn: AccountTurn?
    private var isTurnUsed = false
    private var raises = 0
    private var tip: UInt64 = 0
    private var lookedAt: UInt64 = 0
    /// Looks that found nothing, for one transaction.
    private var misses = 0
    /// Words up to this number go one by one: one of them was refused, and would be in vain for
    /// the others of its transaction.
    private var aloneThrough: UInt64 = 0

    /// Looks without a result before the same bytes are broadcast again: a node may have lost them.
    private static let missesBeforeRepeat = 3
    /// Words of one transaction: a thousand letters of a batch then take a minute.
    private static let wordsOfTransaction = 16
    /// Times that gas is raised for one transaction: then it is three times what was simulated.
    private static let maxRaises = 8

    init(
        book: LetterBook, line: AccountLine, now: @escaping @Sendable () -> Timestamp,
        log: @escaping @Sendable (EngineNote) -> Void,
        post: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void
    ) {
        self.book = book
        self.line = line
        self.now = now
        self.log = log
        self.post = post
    }

    /// A new block is there.
    func advance(tip: UInt64) {
        self.tip = max(tip, self.tip)
        kick()
    }

    /// An earlier process may have left a transaction under way: nobody is to use its sequence.
    func resume() {
        if book.outbox.values.contains(where: { $0.step == .submitted }) { takeTurn() }
    }

    func kick() {
        guard !isBusy, tip > 0 else { return }
        let open = book.wordsToSend
        let submitted = open.first { $0.step == .submitted }
        if submitted == nil, isTurnUsed || open.isEmpty { endTurn() }
        guard let first = open.first else { return }
        // What can be in no block any more is looked for without a turn.
        if turn == nil, submitted.map({ $0.lastHeight >= tip }) ?? true { return takeTurn() }
        if let submitted {
            // Once a block is enough.
            guard lookedAt < tip else { return }
            lookedAt = tip
            return look(for: open.filter { $0.hash == submitted.hash })
        }
        let count = first.sequence <= aloneThrough ? 1 : LetterSender.wordsOfTransaction
        prepare(Array(open.prefix(count)))
    }

    // MARK: Turns

    /// Others may use the institution's account, too.
    private func takeTurn() {
        isBusy = true
        let back = LettersConfined(LetterSender.returning(self))
        line.turn { turn in back.value { $0.take(turn) } }
    }

    private func take(_ turn: AccountTurn?) {
        isBusy = false
        // With the next block.
        guard let turn else { return }
        self.turn = turn
        isTurnUsed = false
        kick()
    }

    private func endTurn() {
        turn?.end()
        turn = nil
    }

    // MARK: Sending

    private func prepare(_ words: [LetterWordRow]) {
        isBusy = true
        let packets = words.map { word in
            AccountLine.Word(
                client: word.client, timeoutSeconds: word.timeout,
                payload: Payload(
                    sourcePort: WireText(LetterPacket.port),
                    destinationPort: WireText(LetterPacket.port),
                    version: WireText(LetterPacket.version),
                    encoding: WireText(LetterPacket.encoding), value: word.value))
        }
        let back = LettersConfined(LetterSender.returning(self))
        line.prepare(packets, tip: tip, raises: raises) { prepared in
            back.value { $0.take(prepared, words) }
        }
    }

    private func take(_ prepared: AccountLine.Prepared, _ words: [LetterWordRow]) {
        isBusy = false
        switch prepared {
        case .failed(let failure):
            endTurn()
            log(
                EngineNote(
                    level: .info, code: "letters/chain-unavailable", detail: failure.detail))
        case .refused(let result): refused(words, result)
        case .ready(let bytes, let hash, let lastHeight):
            let submitted = words.map { word in
                var word = word
                word.step = .submitted
                (word.transaction, word.hash, word.lastHeight) = (bytes, hash, lastHeight)
                return word
            }
            guard write(submitted) else { return }
            misses = 0
            lookedAt = tip
            isTurnUsed = true
            broadcast(submitted)
        }
    }

    private func broadcast(_ words: [LetterWordRow]) {
        guard let bytes = words.first?.transaction else { return }
        isBusy = true
        let back = LettersConfined(LetterSender.returning(self))
        line.broadcast(bytes) { answer in
            back.value { sender in
                sender.isBusy = false
                if case .refused(let result) = answer { sender.refused(words, result) }
            }
        }
    }

    /// What is not for the letter to decide is tried again; everything else ends the word.
    private func refused(_ words: [LetterWordRow], _ result: TransactionResult) {
        endTurn()
        if result.isPassing {
            if result.wantsGas { raises = min(raises + 1, LetterSender.maxRaises) }
            requeue(words, result.log)
        } else if words.count > 1 {
            aloneThrough = words.last?.sequence ?? 0
            requeue(words, "one of \(words.count) words was refused")
            kick()
        } else {
            raises = 0
            for word in words { end(word, result) }
            kick()
        }
    }

    private func end(_ word: LetterWordRow, _ result: TransactionResult) {
        let code = LetterSender.code(in: result.log) ?? .notRead
        log(
            EngineNote(
                level: .warning, code: "letters/chain-refused",
                detail: "\(word.act) of \(word.letter.isEmpty ? "institution" : word.letter): "
                    + "\(result.codespace) \(result.code) \(code.rawValue)"))
        do {
            if let key = try book.refuse(word, code, height: tip, now: now()) { changed(key) }
        } catch {
            failed(error)
        }
    }

    /// Goes out again with the next block.
    private func requeue(_ words: [LetterWordRow], _ why: String) {
        let queued = words.map { word in
            var word = word
            word.step = .queued
            (word.transaction, word.hash, word.lastHeight) = ([], [], 0)
            return word
        }
        _ = write(queued)
        log(
            EngineNote(
                level: .info, code: "letters/sent-again",
                detail: "\(words.count) words: \(why.prefix(120))"))
    }

    // MARK: Looking

    private func look(for words: [LetterWordRow]) {
        guard let first = words.first else { return }
        isBusy = true
        let back = LettersConfined(LetterSender.returning(self))
        line.resolve(hash: first.hash, lastHeight: first.lastHeight, tip: tip) { found in
            back.value { $0.take(found, words) }
        }
    }

    private func take(_ found: TransactionLookup, _ asked: [LetterWordRow]) {
        isBusy = false
        // Their packets may have been read in a block meanwhile.
        let words = asked.filter { book.outbox[$0.sequence]?.step == .submitted }
        guard let first = words.first else { return kick() }
        switch found {
        case .included(let transaction) where transaction.result.isSuccess:
            raises = 0
            let done = words.map { word in
                var word = word
                word.step = .onChain
                return word
            }
            _ = write(done)
            kick()
        case .included(let transaction): refused(words, transaction.result)
        case .absent:
            endTurn()
            requeue(words, "in no block up to \(first.lastHeight)")
        case .unknown:
            misses += 1
            if tip > first.lastHeight { endTurn() }
            if misses % LetterSender.missesBeforeRepeat == 0, tip < first.lastHeight {
                broadcast(words)
            }
        }
    }

    // MARK: Parts

    private func write(_ words: [LetterWordRow]) -> Bool {
        do {
            try book.update(words)
            return true
        } catch {
            failed(error)
            return false
        }
    }

    private func failed(_ error: any Error) {
        log(EngineNote(level: .alarm, code: "letters/store-failed", detail: "\(error)"))
    }

    /// The first letter's code in a chain's words.
    static func code(in log: String) -> LetterErrorCode? {
        for word in log.split(whereSeparator: { $0 == " " || $0 == ":" || $0 == "," }) {
            if let code = LetterErrorCode(rawValue: String(word)) { return code }
        }
        return nil
    }

    /// A way back to the letters' thread from any other.
    private static func returning(
        _ sender: LetterSender
    ) -> (@escaping @Sendable (LetterSender) -> Void) -> Void {
        let confined = LettersConfined(WeakSender(sender))
        let post = sender.post
        return { work in post { confined.value.value.map { work($0) } } }
    }

    private struct WeakSender {
        weak var value: LetterSender?

        init(_ value: LetterSender) { self.value = value }
    }
}

/// Carries a value of the letters' thread through others and back.
///
/// `@unchecked Sendable`, because the value is only used on the letters' thread.
struct LettersConfined<Value>: @unchecked Sendable {
    let value: Value

    init(_ value: Value) { self.value = value }
}
