// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors
import RelayEngine

/// Compares what our chain keeps of our letters with what we know, and puts letters where the
/// chain has them: after blocks that no node keeps any more, after a start, and from time to time.
/// Touched on the letters' thread alone.
final class LetterReconciler {
    /// Blocks between looks: a quarter of an hour at a block a second.
    static let lookBlocks: UInt64 = 900
    /// Blocks after which a difference must still be there, the same, before it is believed: what
    /// differs meanwhile is in blocks that are still to be read.
    static let confirmBlocks: UInt64 = 5

    private let book: LetterBook
    private let line: AccountLine
    private let clients: @Sendable () -> [LetterPeer]
    private let now: @Sendable () -> Timestamp
    private let post: @Sendable (@escaping @Sendable () -> Void) -> Void
    private var isBusy = false
    private var lookAt: UInt64 = 0
    /// What differed at the look before.
    private var suspects: Set<LetterOnChain> = []

    init(
        book: LetterBook, line: AccountLine, clients: @escaping @Sendable () -> [LetterPeer],
        now: @escaping @Sendable () -> Timestamp,
        post: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void
    ) {
        self.book = book
        self.line = line
        self.clients = clients
        self.now = now
        self.post = post
    }

    /// Blocks up to `height` are gone: every difference counts at once, and they are passed over
    /// together with it. Nil, and nothing is passed over: our nodes do not answer.
    func passOver(
        to height: UInt64, tip: UInt64,
        then: @escaping (Result<[LetterKey], any Error>?) -> Void
    ) {
        read { [self] found in
            guard let found else { return then(nil) }
            suspects = []
            then(
                Result {
                    try book.reseat(
                        try book.differing(found), cursor: height, height: tip, now: now())
                })
        }
    }

    /// After blocks were read up to `cursor`, close below `tip`.
    func look(
        cursor: UInt64, tip: UInt64, then: @escaping (Result<[LetterKey], any Error>) -> Void
    ) {
        guard !isBusy, tip >= lookAt, cursor + 2 >= tip else { return }
        lookAt = tip + LetterReconciler.confirmBlocks
        read { [self] found in
            guard let found else { return }
            then(
                Result {
                    let differing = try book.differing(found)
                    let believed = differing.filter { suspects.contains($0) }
                    suspects = Set(differing).subtracting(believed)
                    if suspects.isEmpty { lookAt = tip + LetterReconciler.lookBlocks }
                    guard !believed.isEmpty else { return [] }
                    return try book.reseat(believed, cursor: nil, height: tip, now: now())
                })
        }
    }

    private func read(_ then: @escaping ([LetterOnChain]?) -> Void) {
        let asked = book.clients(and: clients())
        isBusy = true
        let confined = LettersConfined(then)
        let weak = LettersConfined(WeakReconciler(self))
        let post = post
        line.pairs(asked.map { LetterOnChain.prefix($0) }, store: LetterPacket.port) { answer in
            post {
                weak.value.value?.isBusy = false
                guard case .success(let lists) = answer else { return confined.value(nil) }
                confined.value(
                    zip(asked, lists).flatMap { client, pairs in
                        pairs.compactMap {
                            LetterOnChain(client: client, key: $0.key, value: $0.value)
                        }
                    })
            }
        }
    }

    private struct WeakReconciler {
        weak var value: LetterReconciler?

        init(_ value: LetterReconciler) { self.value = value }
    }
}
