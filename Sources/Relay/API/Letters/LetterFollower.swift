// SPDX-License-Identifier: Apache-2.0

import Federation
import LightClient
import RelayConnectors
import RelayEngine
import RelayStore

import struct RelayEngine.BlockSummary

/// Reads our chain's blocks for the letters, each once and in order, from where the store ends:
/// those that the connector brings, and by itself those that it had brought to an earlier process.
/// Touched on the letters' thread alone.
final class LetterFollower {
    /// Blocks that wait while earlier ones are read.
    private static let maxWaiting = 2_000
    /// Blocks read at once to close a gap.
    private static let gapBlocks: UInt64 = 20

    private let book: LetterBook
    private let line: AccountLine
    private let now: @Sendable () -> Timestamp
    private let log: @Sendable (EngineNote) -> Void
    private let post: @Sendable (@escaping @Sendable () -> Void) -> Void
    private let reconciler: LetterReconciler
    /// Runs after blocks were taken in, with the letters that changed.
    private let taken: ([LetterKey]) -> Void
    private var waiting: [BlockSummary] = []
    private var isBusy = false
    private(set) var tip: (height: UInt64, time: Timestamp)?

    init(
        book: LetterBook, line: AccountLine, clients: @escaping @Sendable () -> [LetterPeer],
        now: @escaping @Sendable () -> Timestamp,
        log: @escaping @Sendable (EngineNote) -> Void,
        post: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void,
        taken: @escaping ([LetterKey]) -> Void
    ) {
        self.book = book
        self.line = line
        self.now = now
        self.log = log
        self.post = post
        self.taken = taken
        reconciler = LetterReconciler(
            book: book, line: line, clients: clients, now: now, post: post)
    }

    func advance(_ advance: ChainAdvance) {
        tip = (advance.tip.height, advance.tipTime)
        waiting += advance.blocks.filter { $0.height.height > book.cursor }
        // What does not fit is read again when its turn comes.
        if waiting.count > LetterFollower.maxWaiting { waiting = [] }
        if book.cursor == 0 {
            // A new store begins where the chain stands.
            let first = advance.blocks.first?.height.height ?? max(advance.tip.height, 1)
            do { try book.skip(to: first - 1) } catch { failed(error) }
        }
        step()
    }

    private func step() {
        guard !isBusy, let tip, book.cursor > 0 || waiting.first?.height.height == 1 else { return }
        waiting.removeAll { $0.height.height <= book.cursor }
        if waiting.first?.height.height == book.cursor + 1 {
            var ready: [BlockSummary] = []
            for block in waiting where block.height.height == book.cursor + 1 + UInt64(ready.count)
            {
                ready.append(block)
            }
            return take(ready)
        }
        // The newest block may be stored and not executed.
        let end = min(
            waiting.first.map { $0.height.height - 1 } ?? tip.height - 1,
            book.cursor + LetterFollower.gapBlocks)
        guard book.cursor + 1 <= end else { return compare(tip.height) }
        isBusy = true
        let back = returning()
        line.blocks((book.cursor + 1)...end) { answer in back { $0.gap(answer) } }
    }

    private func gap(_ answer: Result<[BlockSummary], NodeError>) {
        isBusy = false
        switch answer {
        case .success(let blocks): take(blocks)
        case .failure(let error) where error.code == .pruned: passOver(error)
        case .failure: break  // With the next block.
        }
    }

    /// No node keeps the blocks between: what came of them is read from our chain's state, and
    /// letters are put where the chain has them. What the other centre wrote in them is lost.
    private func passOver(_ error: NodeError) {
        guard let tip else { return }
        let first = waiting.first?.height.height ?? max(tip.height, 1) - 1
        guard first > book.cursor + 1 else { return }
        isBusy = true
        let from = book.cursor + 1
        reconciler.passOver(to: first - 1, tip: tip.height) { [weak self] answer in
            guard let self else { return }
            isBusy = false
            switch answer {
            case nil: return  // With the next block.
            case .failure(let error): failed(error)
            case .success(let keys):
                log(
                    EngineNote(
                        level: .alarm, code: "letters/blocks-lost",
                        detail: "blocks \(from) to \(first - 1): \(error.detail); "
                            + "\(keys.count) letters were read from the chain's state"))
                taken(keys)
                step()
            }
        }
    }

    /// All blocks are read: does our chain know the same letters?
    private func compare(_ tip: UInt64) {
        reconciler.look(cursor: book.cursor, tip: tip) { [weak self] answer in
            switch answer {
            case .success(let keys): if !keys.isEmpty { self?.taken(keys) }
            case .failure(let error): self?.failed(error)
            }
        }
    }

    private func take(_ blocks: [BlockSummary]) {
        let packets = book.acknowledged(in: blocks)
        guard !packets.isEmpty else { return finish(blocks, [:]) }
        isBusy = true
        let back = returning()
        line.acknowledgements(of: packets) { answer in
            back { follower in
                follower.isBusy = false
                // A node that does not answer is asked again with the next block.
                if case .success(let found) = answer { follower.finish(blocks, found) }
            }
        }
    }

    private func finish(_ blocks: [BlockSummary], _ answers: [PacketID: [UInt8]]) {
        do {
            taken(try book.take(blocks, answers, now: now()))
        } catch {
            return failed(error)
        }
        step()
    }

    private func failed(_ error: any Error) {
        log(EngineNote(level: .alarm, code: "letters/store-failed", detail: "\(error)"))
    }

    private func returning() -> @Sendable (@escaping @Sendable (LetterFollower) -> Void) -> Void {
        let confined = LettersConfined(WeakFollower(self))
        let post = post
        return { work in post { confined.value.value.map { work($0) } } }
    }

    private struct WeakFollower {
        weak var value: LetterFollower?

        init(_ value: LetterFollower) { self.value = value }
    }
}
