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
    private let line: InstitutionLine
    private let now: @Sendable () -> Timestamp
    private let log: @Sendable (EngineNote) -> Void
    /// Runs work on the letters' thread.
    private let post: @Sendable (@escaping @Sendable () -> Void) -> Void
    /// Tells that a letter has changed.
    private let changed: (LetterKey) -> Void
    private var isBusy = false
    private var raises = 0
    private var tip: UInt64 = 0
    private var lookedAt: UInt64 = 0
    /// Looks that found nothing, for one transaction.
    private var misses = 0

    /// Looks without a result before the same bytes are broadcast again: a node may have lost them.
    private static let missesBeforeRepeat = 3

    init(
        book: LetterBook, line: InstitutionLine, now: @escaping @Sendable () -> Timestamp,
        log: @escaping @Sendable (EngineNote) -> Void,
        post: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void,
        changed: @escaping (LetterKey) -> Void
    ) {
        self.book = book
        self.line = line
        self.now = now
        self.log = log
        self.post = post
        self.changed = changed
    }

    /// A new block is there.
    func advance(tip: UInt64) {
        self.tip = max(tip, self.tip)
        kick()
    }

    /// The oldest word that is not on our chain.
    private var head: LetterWordRow? {
        book.outbox.values.filter { $0.step.rawValue < LetterWordRow.Step.onChain.rawValue }
            .min { $0.sequence < $1.sequence }
    }

    func kick() {
        guard !isBusy, tip > 0, let word = head else { return }
        if word.step == .submitted {
            // Once a block is enough.
            guard lookedAt < tip else { return }
            lookedAt = tip
            look(for: word)
        } else {
            prepare(word)
        }
    }

    // MARK: Sending

    private func prepare(_ word: LetterWordRow) {
        isBusy = true
        let payload = Payload(
            sourcePort: WireText(LetterPacket.port), destinationPort: WireText(LetterPacket.port),
            version: WireText(LetterPacket.version), encoding: WireText(LetterPacket.encoding),
            value: word.value)
        let back = LettersConfined(LetterSender.returning(self))
        line.prepare(
            client: word.client, timeoutSeconds: word.timeout, payload: payload, tip: tip,
            raises: raises
        ) { prepared in back.value { $0.take(prepared, word) } }
    }

    private func take(_ prepared: InstitutionLine.Prepared, _ word: LetterWordRow) {
        isBusy = false
        switch prepared {
        case .failed(let failure):
            log(
                EngineNote(
                    level: .info, code: "letters/chain-unavailable", detail: failure.detail))
        case .refused(let result): refused(word, result)
        case .ready(let bytes, let hash, let lastHeight):
            var word = word
            word.step = .submitted
            (word.transaction, word.hash, word.lastHeight) = (bytes, hash, lastHeight)
            guard write(word) else { return }
            misses = 0
            lookedAt = tip
            broadcast(word)
        }
    }

    private func broadcast(_ word: LetterWordRow) {
        isBusy = true
        let back = LettersConfined(LetterSender.returning(self))
        line.broadcast(word.transaction) { answer in
            back.value { sender in
                sender.isBusy = false
                if case .refused(let result) = answer { sender.refused(word, result) }
            }
        }
    }

    /// What is not for the letter to decide is tried again; everything else ends the word.
    private func refused(_ word: LetterWordRow, _ result: TransactionResult) {
        switch (result.codespace, result.code) {
        // Sequence, mempool full, already in mempool, gas, fee.
        case ("sdk", 32), ("sdk", 20), ("sdk", 19), ("sdk", 11), ("sdk", 13):
            if result.code == 11 || result.code == 13 { raises = min(raises + 1, 8) }
            requeue(word, result.log)
        default:
            raises = 0
            let code = LetterSender.code(in: result.log) ?? .notRead
            log(
                EngineNote(
                    level: .warning, code: "letters/chain-refused",
                    detail: "\(word.act) of \(word.letter.isEmpty ? "institution" : word.letter): "
                        + "\(result.codespace) \(result.code) \(code.rawValue)"))
            do {
                if let key = try book.refuse(word, code, height: tip, now: now()) {
                    changed(key)
                }
            } catch {
                failed(error)
            }
            kick()
        }
    }

    private func requeue(_ word: LetterWordRow, _ why: String) {
        var word = word
        word.step = .queued
        (word.transaction, word.hash, word.lastHeight) = ([], [], 0)
        _ = write(word)
        log(
            EngineNote(
                level: .info, code: "letters/sent-again", detail: "\(word.act): \(why.prefix(120))"
            ))
        // With the next block.
    }

    // MARK: Looking

    private func look(for word: LetterWordRow) {
        isBusy = true
        let back = LettersConfined(LetterSender.returning(self))
        line.resolve(hash: word.hash, lastHeight: word.lastHeight, tip: tip) { found in
            back.value { $0.take(found, word) }
        }
    }

    private func take(_ found: TransactionLookup, _ word: LetterWordRow) {
        isBusy = false
        // Its packet may have been read in a block meanwhile.
        guard book.outbox[word.sequence]?.step == .submitted else { return kick() }
        switch found {
        case .included(let transaction) where transaction.result.isSuccess:
            raises = 0
            var word = word
            word.step = .onChain
            _ = write(word)
            kick()
        case .included(let transaction): refused(word, transaction.result)
        case .absent: requeue(word, "it was in no block up to \(word.lastHeight)")
        case .unknown:
            misses += 1
            if misses % LetterSender.missesBeforeRepeat == 0, tip < word.lastHeight {
                broadcast(word)
            }
        }
    }

    // MARK: Parts

    private func write(_ word: LetterWordRow) -> Bool {
        do {
            try book.update(word)
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
